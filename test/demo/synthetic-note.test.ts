import { expect, test } from "bun:test";
import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { accessKeyOf, cnpjOf, cpfOf } from "../../src/synthetic/access-keys.ts";
import { scaled } from "../../src/synthetic/amounts.ts";
import { syntheticBatch, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../src/synthetic/trade.ts";

const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false });
const texts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map((match) => match[1] ?? "");
const cents = (xml: string, name: string): number[] => texts(xml, name).map((t) => scaled(t, 2));
const total = (xml: string, name: string): number =>
  cents(/<total>.*<\/total>/.exec(xml)?.[0] ?? "", name)[0] ?? 0;
const ofItems = (xml: string, name: string): number =>
  cents(xml.replace(/<total>.*<\/total>/, ""), name).reduce((a, b) => a + b, 0);

test("the same options give the same bytes, and another seed another note", () => {
  expect(syntheticNote({ seed: 7, items: 5 })).toEqual(syntheticNote({ seed: 7, items: 5 }));
  expect(syntheticNote({ seed: 8 }).accessKey).not.toBe(syntheticNote({ seed: 7 }).accessKey);
});

test("keys, CNPJ and CPF have the check digits of the published examples", () => {
  expect(cnpjOf("112223330001")).toBe("11222333000181");
  expect(cnpjOf("12ABC34501DE")).toBe("12ABC34501DE35");
  expect(cpfOf("529982247")).toBe("52998224725");
  const parts = { cUF: "35", AAMM: "2609", mod: "55", serie: "1", tpEmis: "1", cNF: "42" };
  expect(accessKeyOf({ ...parts, id: "11222333000181", nNF: "123" })).toBe(
    "35260911222333000181550010000001231000000420",
  );
  expect(accessKeyOf({ ...parts, id: "12ABC34501DE35", nNF: "123" })).toBe(
    "35260912ABC34501DE35550010000001231000000421",
  );
});

test("a key agrees with the note that carries it", () => {
  for (let seed = 1; seed <= SUPPLIERS.length; seed += 1) {
    const { xml, accessKey } = syntheticNote({ seed });
    expect(texts(xml, "chNFe")).toEqual([accessKey]);
    expect(xml).toContain(`Id="NFe${accessKey}"`);
    const emitter = SUPPLIERS[seed - 1];
    expect(accessKey.slice(6, 20)).toBe((emitter?.cnpj ?? emitter?.cpf ?? "").padStart(14, "0"));
    expect(accessKey.slice(35, 43)).toBe(texts(xml, "cNF")[0] ?? "");
    expect(accessKey.slice(43)).toBe(texts(xml, "cDV")[0] ?? "");
    expect(texts(xml, "CNPJ")).toContain(COMPANY.cnpj);
  }
});

const money = fc
  .integer({ min: 1, max: 99_999 })
  .map((n) => `${Math.trunc(n / 100)}.${String(n % 100).padStart(2, "0")}`);
const item = fc.record(
  {
    cProd: fc.constant("1"),
    xProd: fc.constantFrom("ARROZ", "AÇÚCAR & CIA", "5 > 4"),
    uCom: fc.constant("UN"),
    qCom: fc
      .integer({ min: 1, max: 9_999_999 })
      .map((n) => `${Math.trunc(n / 10_000)}.${String(n % 10_000).padStart(4, "0")}`),
    vUnCom: fc
      .integer({ min: 500, max: 9_999_999 })
      .map((n) => `${Math.trunc(n / 1_000)}.${String(n % 1_000).padStart(3, "0")}`),
    vFrete: money,
    vSeg: money,
    vOutro: money,
    vIPI: money,
    vICMSST: money,
    service: fc.boolean(),
    indTot: fc.constantFrom("0" as const, "1" as const),
  },
  { requiredKeys: ["cProd", "xProd", "uCom", "qCom", "vUnCom"] },
);

test("the totals are the sums of the items, and vNF is the sum that the tax office checks", () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 6 }), (items) => {
      const { xml } = syntheticNote({ items });
      for (const name of ["vFrete", "vSeg", "vOutro", "vIPI"])
        expect(total(xml, name)).toBe(ofItems(xml, name));
      expect(total(xml, "vST")).toBe(ofItems(xml, "vICMSST"));
      const right =
        total(xml, "vProd") +
        total(xml, "vFrete") +
        total(xml, "vSeg") +
        total(xml, "vOutro") +
        total(xml, "vIPI") +
        total(xml, "vST") +
        total(xml, "vServ");
      expect(total(xml, "vNF")).toBe(right);
    }),
    { seed: 20261123, numRuns: 60 },
  );
});

test("a line's value is quantity times unit value, rounded half up once", () => {
  const line = { cProd: "1", xProd: "X", uCom: "UN", qCom: "3.0000", vUnCom: "7.8333333333" };
  expect(cents(syntheticNote({ items: [line] }).xml, "vProd")[0]).toBe(2_350);
  const half = { ...line, qCom: "0.5000", vUnCom: "0.01" };
  expect(cents(syntheticNote({ items: [half] }).xml, "vProd")[0]).toBe(1);
});

test("a note has the values of its options", () => {
  const { xml, accessKey } = syntheticNote({
    seed: 3,
    layout: "3.10",
    tpNF: "0",
    finNFe: "4",
    tpAmb: "2",
    refNFe: ["1".repeat(44)],
    protocol: { cStat: "110", chNFe: "2".repeat(44) },
    key: { serie: "77" },
    badCheckDigit: true,
    totals: { vNF: "1.00" },
  });
  expect(texts(xml, "tpNF")).toEqual(["0"]);
  expect(texts(xml, "tpAmb")).toEqual(["2", "2"]);
  expect(texts(xml, "finNFe")).toEqual(["4"]);
  expect(texts(xml, "refNFe")).toEqual(["1".repeat(44)]);
  expect(texts(xml, "cStat")).toEqual(["110"]);
  expect(texts(xml, "chNFe")).toEqual(["2".repeat(44)]);
  expect(texts(xml, "vNF")).toEqual(["1.00"]);
  expect(accessKey.slice(22, 25)).toBe("077");
  expect(
    accessKeyOf({
      cUF: accessKey.slice(0, 2),
      AAMM: accessKey.slice(2, 6),
      id: accessKey.slice(6, 20),
      mod: "55",
      serie: "77",
      nNF: "3",
      tpEmis: "1",
      cNF: accessKey.slice(35, 43),
    }),
  ).not.toBe(accessKey);
  expect(xml).toContain('versao="3.10"');
});

test("a note without protocol, a bare NFe and a batch have the roots of their names", () => {
  expect(Object.keys(parser.parse(syntheticNote({ protocol: null }).xml).nfeProc)).not.toContain(
    "protNFe",
  );
  expect(Object.keys(parser.parse(syntheticNote({ root: "NFe" }).xml))).toContain("NFe");
  const batch = syntheticBatch([{ seed: 1 }, { seed: 2 }, { seed: 3 }]);
  expect(parser.parse(batch.xml).enviNFe.NFe).toHaveLength(3);
  expect(new Set(batch.accessKeys).size).toBe(3);
});
