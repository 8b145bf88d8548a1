import { expect, test } from "bun:test";
import fc from "fast-check";
import { syntheticNote } from "../../src/demo/synthetic-note.ts";
import { landedCosts } from "../../src/nfe/landed-cost.ts";
import type { Item, Note, Totals } from "../../src/nfe/note.ts";
import { noteIn } from "./support/read.ts";

const base = noteIn(syntheticNote({ seed: 71, items: 1 }).xml);
const [anyItem] = base.items;
if (anyItem === undefined) throw new Error("a note without items");
const FREE: Item = {
  ...anyItem,
  vProd_e2: 0,
  vDesc_e2: 0,
  indTot: "1",
  service: false,
};
const NO_TOTALS: Totals = {
  vProd_e2: 0,
  vFrete_e2: 0,
  vSeg_e2: 0,
  vDesc_e2: 0,
  vOutro_e2: 0,
  vII_e2: 0,
  vIPI_e2: 0,
  vIPIDevol_e2: 0,
  vST_e2: 0,
  vFCPST_e2: 0,
  vICMSDeson_e2: 0,
  vServ_e2: 0,
  vNF_e2: 0,
};
const costs = (items: Partial<Item>[], total: Partial<Totals> = {}): number[] => {
  const note: Note = {
    ...base,
    items: items.map((item) => ({ ...FREE, vIPI_e2: 0, ...item })),
    total: { ...NO_TOTALS, ...total },
  };
  return landedCosts(note);
};

test("a line costs what leaves the cash box for it: price, charges and taxes, less its discount", () => {
  const line = { vProd_e2: 10_000, vDesc_e2: 500, vFrete_e2: 300, vSeg_e2: 20, vOutro_e2: 5 };
  const taxes = { vIPI_e2: 1_000, vICMSST_e2: 700, vFCPST_e2: 60, vII_e2: 4, vIS_e2: 2 };
  expect(costs([{ ...line, ...taxes }])).toEqual([11_591]);
});

test("relieved ICMS comes off, unless the note says that it does not", () => {
  const relieved = { vProd_e2: 10_000, vICMSDeson_e2: 1_800 };
  const total = { vICMSDeson_e2: 1_800 };
  expect(costs([{ ...relieved, indDeduzDeson: null }], total)).toEqual([8_200]);
  expect(costs([{ ...relieved, indDeduzDeson: "1" }], total)).toEqual([8_200]);
  expect(costs([{ ...relieved, indDeduzDeson: "0" }], total)).toEqual([10_000]);
});

test("what only the total has is shared by vProd, to the cent", () => {
  expect(
    costs([{ vProd_e2: 100 }, { vProd_e2: 100 }, { vProd_e2: 100 }], { vFrete_e2: 100 }),
  ).toEqual([134, 133, 133]);
  expect(costs([{ vProd_e2: 300 }, { vProd_e2: 100 }], { vDesc_e2: 10, vST_e2: 4 })).toEqual([
    295, 99,
  ]);
});

test("what one item has is not shared again", () => {
  expect(costs([{ vProd_e2: 300, vFrete_e2: 5 }, { vProd_e2: 100 }], { vFrete_e2: 9 })).toEqual([
    305, 100,
  ]);
});

test("services and lines whose price does not count take no share of the goods' freight", () => {
  const lines = [
    { vProd_e2: 100 },
    { vProd_e2: 900, service: true },
    { vProd_e2: 900, indTot: "0" as const },
  ];
  expect(costs(lines, { vFrete_e2: 40 })).toEqual([140, 900, 0]);
  expect(costs([{ vProd_e2: 900, service: true }], { vFrete_e2: 40 })).toEqual([940]);
});

test("no line costs less than nothing: what its discount exceeds comes off the others", () => {
  expect(costs([{ vProd_e2: 100, vDesc_e2: 130 }, { vProd_e2: 200 }, { vProd_e2: 100 }])).toEqual([
    0, 180, 90,
  ]);
  expect(costs([{ vProd_e2: 100, vDesc_e2: 130 }])).toEqual([0]);
  expect(costs([])).toEqual([]);
});

const cents = fc.integer({ min: 0, max: 100_000_000 });
const some = fc.option(cents, { nil: 0 });
const anItem = fc.record({
  vProd_e2: cents,
  vFrete_e2: some,
  vSeg_e2: some,
  vDesc_e2: some,
  vOutro_e2: some,
  vIPI_e2: some,
  vICMSST_e2: some,
  vFCPST_e2: some,
  vII_e2: some,
  vIS_e2: some,
  vICMSDeson_e2: some,
  indTot: fc.constantFrom("0", "1"),
  indDeduzDeson: fc.constantFrom("0", "1", null),
  service: fc.boolean(),
});

test("the costs of the items add up to the note's total by the formula, and none is negative", () => {
  fc.assert(
    fc.property(
      fc.array(anItem, { minLength: 1, maxLength: 12 }),
      fc.record({
        vFrete_e2: some,
        vSeg_e2: some,
        vDesc_e2: some,
        vOutro_e2: some,
        vIPI_e2: some,
        vST_e2: some,
        vFCPST_e2: some,
        vII_e2: some,
        vICMSDeson_e2: some,
      }),
      (items, total) => {
        const sum = (of: (item: (typeof items)[number]) => number) =>
          items.reduce((s, item) => s + of(item), 0);
        const either = (
          of: (item: (typeof items)[number]) => number,
          header: number,
          counted = of,
        ) => (items.some((item) => of(item) !== 0) ? sum(counted) : header);
        const expected =
          sum((i) => (i.indTot === "1" ? i.vProd_e2 : 0)) +
          either((i) => i.vFrete_e2, total.vFrete_e2) +
          either((i) => i.vSeg_e2, total.vSeg_e2) +
          either((i) => i.vOutro_e2, total.vOutro_e2) +
          either((i) => i.vIPI_e2, total.vIPI_e2) +
          either((i) => i.vICMSST_e2, total.vST_e2) +
          either((i) => i.vFCPST_e2, total.vFCPST_e2) +
          either((i) => i.vII_e2, total.vII_e2) +
          sum((i) => i.vIS_e2) -
          either((i) => i.vDesc_e2, total.vDesc_e2) -
          either(
            (i) => i.vICMSDeson_e2,
            total.vICMSDeson_e2,
            (i) => (i.indDeduzDeson === "0" ? 0 : i.vICMSDeson_e2),
          );
        const landed = costs(items, total);
        expect(landed.every((cost) => Number.isSafeInteger(cost) && cost >= 0)).toBe(true);
        expect(landed.reduce((s, cost) => s + cost, 0)).toBe(Math.max(expected, 0));
      },
    ),
    { seed: 20261123, numRuns: 500 },
  );
});

test("an ordinary note's costs add up to what is paid for it", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const note = noteIn(syntheticNote({ seed, items: 7, headerFreight: "13.37" }).xml);
    expect(landedCosts(note).reduce((s, cost) => s + cost, 0)).toBe(note.total.vNF_e2);
  }
});
