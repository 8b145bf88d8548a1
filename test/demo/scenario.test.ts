import { expect, test } from "bun:test";
import { purchases } from "../../src/demo/purchases.ts";
import { scenario } from "../../src/demo/scenario.ts";
import { COMPANY, SUPPLIERS } from "../../src/synthetic/trade.ts";

test("the scenario is some sixty notes of a dozen suppliers and a handful of bad files, always the same", async () => {
  const { purchases: sent, zip, special, bad } = await scenario();
  const notes = [...sent, ...special].filter(({ file }) => file !== "cancelamento.xml");
  // One of the special ones is the first purchase again.
  expect(notes.length - 1 + zip.count).toBe(62);
  expect(new Set(purchases().map(({ what }) => what)).size).toBe(SUPPLIERS.length);
  expect(bad.length).toBe(5);
  expect(await scenario()).toEqual(await scenario());
});

test("purchases have distinct keys, and every one is for the company of the demo", () => {
  const all = purchases();
  expect(new Set(all.map(({ accessKey }) => accessKey)).size).toBe(all.length);
  for (const { xml } of all) expect(xml).toContain(`<dest><CNPJ>${COMPANY.cnpj}</CNPJ>`);
});

test("the purchases have encodings, layouts, lots and taxes that a receiver must handle", () => {
  const all = purchases().map(({ xml }) => xml);
  const some = (part: string) => all.filter((xml) => xml.includes(part)).length;
  for (const part of ["<rastro>", "<vDesc>3.50", "<vFrete>12.40", "<vICMSST>", "<vIPI>4.75"])
    expect([part, some(part) > 0]).toEqual([part, true]);
  expect(some("<IBSCBS>")).toBeGreaterThan(2);
  expect(some('versao="3.10"')).toBeGreaterThan(0);
  expect(some("<CNPJ>61A7KX24")).toBe(4);
  expect(some("<cStat>150<")).toBe(1);
});
