import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkTotals } from "../../src/nfe/check/check-totals.ts";
import { landedCosts } from "../../src/nfe/landed-cost.ts";
import type { Item, Note, Totals } from "../../src/nfe/note.ts";
import { noteValue, PARTS, reliefOf } from "../../src/nfe/note-value.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { NO_TOTALS } from "../support/notes/note-values.ts";
import { noteIn } from "../support/xml/read-notes.ts";

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
const noteOf = (items: readonly Partial<Item>[], total: Partial<Totals> = {}): Note => ({
  ...base,
  items: items.map((item) => ({ ...FREE, vIPI_e2: 0, ...item })),
  total: { ...NO_TOTALS, ...total },
});
const costs = (items: Partial<Item>[], total: Partial<Totals> = {}): number[] =>
  landedCosts(noteOf(items, total));

test("the cost of a line is price, charges and taxes, less its discount", () => {
  const line = { vProd_e2: 10_000, vDesc_e2: 500, vFrete_e2: 300, vSeg_e2: 20, vOutro_e2: 5 };
  const taxes = { vIPI_e2: 1_000, vICMSST_e2: 700, vFCPST_e2: 60, vII_e2: 4, vIPIDevol_e2: 2 };
  expect(costs([{ ...line, ...taxes }])).toEqual([11_591]);
});

describe("the cost of a line follows vNF, part by part", () => {
  test.each<[string, Partial<Item>, Partial<Totals>, number]>([
    ["withheld single-phase ICMS of fuels", { vICMSMonoReten_e2: 441 }, {}, 10_441],
    ["withheld single-phase ICMS that only the total has", {}, { vICMSMonoReten_e2: 441 }, 10_441],
    ["returned IPI", { vIPIDevol_e2: 500 }, {}, 10_500],
    ["PIS-ST that is summed", { vPISST_e2: 200, indSomaPISST: "1" }, {}, 10_200],
    ["PIS-ST that is not summed", { vPISST_e2: 200, indSomaPISST: "0" }, {}, 10_000],
    ["PIS-ST that says nothing", { vPISST_e2: 200, indSomaPISST: null }, {}, 10_000],
    ["COFINS-ST that is summed", { vCOFINSST_e2: 900, indSomaCOFINSST: "1" }, {}, 10_900],
    ["COFINS-ST that says nothing", { vCOFINSST_e2: 900 }, {}, 10_000],
    ["ST of a vehicle sold through a dealer", { tpOp: "1", vICMSST_e2: 360 }, {}, 10_360],
    [
      "ST, withheld ICMS and returned IPI of a vehicle billed directly",
      { tpOp: "2", vICMSST_e2: 360, vFCPST_e2: 10, vICMSMonoReten_e2: 5, vIPIDevol_e2: 1 },
      { vST_e2: 360, vFCPST_e2: 10, vICMSMonoReten_e2: 5, vIPIDevol_e2: 1 },
      10_000,
    ],
    ["ST in the total alone of a vehicle billed directly", { tpOp: "2" }, { vST_e2: 360 }, 10_000],
  ])("the cost of a line with %s follows vNF", (_, item, total, expected) => {
    expect(costs([{ vProd_e2: 10_000, ...item }], total)).toEqual([expected]);
    const note = noteOf([{ vProd_e2: 10_000, ...item }], {
      ...Object.fromEntries(
        PARTS.flatMap((part) => (part.total === null ? [] : [[part.total, item[part.item] ?? 0]])),
      ),
      ...total,
      vProd_e2: 10_000,
      vNF_e2: expected,
    });
    expect(checkTotals(note, "").filter(({ severity }) => severity === "warning")).toEqual([]);
  });

  test.each<[Item["indDeduzDeson"], number, number]>([
    ["1", 8_200, 8_200],
    ["0", 10_000, 10_000],
    [null, 8_200, 8_200],
    [null, 10_000, 10_000],
    [null, 7_777, 8_200],
  ])(
    "relieved ICMS with indDeduzDeson %p in a note of %p costs %p: absent takes the form with which vNF closes",
    (indDeduzDeson, vNF_e2, expected) => {
      const relieved = { vProd_e2: 10_000, vICMSDeson_e2: 1_800, indDeduzDeson };
      const total = { vProd_e2: 10_000, vICMSDeson_e2: 1_800, vNF_e2 };
      expect(costs([relieved], total)).toEqual([expected]);
      const reported = checkTotals(noteOf([relieved], total), "").map(({ code }) => code);
      expect(reported).toEqual(vNF_e2 === expected ? [] : ["note_total"]);
    },
  );
});

test("an amount that only the total has is shared out by vProd, to the cent", () => {
  expect(
    costs([{ vProd_e2: 100 }, { vProd_e2: 100 }, { vProd_e2: 100 }], { vFrete_e2: 100 }),
  ).toEqual([134, 133, 133]);
  expect(costs([{ vProd_e2: 300 }, { vProd_e2: 100 }], { vDesc_e2: 10, vST_e2: 4 })).toEqual([
    295, 99,
  ]);
});

test("an amount that an item has is not shared out again", () => {
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

test("a service counts as vServ does, with any indTot", () => {
  const service = { vProd_e2: 900, service: true, indTot: "0" as const };
  expect(costs([service], { vServ_e2: 900 })).toEqual([900]);
  expect(costs([service])).toEqual([0]);
});

test("no line has a negative cost: the rest of its discount lowers the others", () => {
  expect(costs([{ vProd_e2: 100, vDesc_e2: 130 }, { vProd_e2: 200 }, { vProd_e2: 100 }])).toEqual([
    0, 180, 90,
  ]);
  expect(costs([{ vProd_e2: 100, vDesc_e2: 130 }])).toEqual([0]);
  expect(costs([])).toEqual([]);
});

const cents = fc.integer({ min: 0, max: 100_000_000 });
const some = fc.option(cents, { nil: 0 });
const binary = fc.constantFrom<"0" | "1" | null>("0", "1", null);
const anItem = fc.record({
  vProd_e2: cents,
  vFrete_e2: some,
  vSeg_e2: some,
  vDesc_e2: some,
  vOutro_e2: some,
  vIPI_e2: some,
  vIPIDevol_e2: some,
  vICMSST_e2: some,
  vFCPST_e2: some,
  vICMSMonoReten_e2: some,
  vII_e2: some,
  vPISST_e2: some,
  vCOFINSST_e2: some,
  vICMSDeson_e2: some,
  indSomaPISST: binary,
  indSomaCOFINSST: binary,
  indDeduzDeson: binary,
  tpOp: fc.constantFrom(null, "1", "2"),
  indTot: fc.constantFrom<"0" | "1">("0", "1"),
  service: fc.boolean(),
});
const items = fc.array(anItem, { minLength: 1, maxLength: 12 });
const RUNS = { seed: 20261123, numRuns: 500 };

/** vNF by the formula of the manual, item by item; `kept`: relief without indDeduzDeson was not deducted. */
function writtenOut(lines: readonly Partial<Item>[], kept: boolean): number {
  let vNF = 0;
  for (const line of lines) {
    const e2 = (name: keyof Item & `v${string}_e2`): number => line[name] ?? 0;
    const relieved =
      line.indDeduzDeson === "1" || (line.indDeduzDeson === null && !kept)
        ? e2("vICMSDeson_e2")
        : 0;
    const withheld =
      e2("vICMSST_e2") + e2("vFCPST_e2") + e2("vICMSMonoReten_e2") + e2("vIPIDevol_e2");
    vNF +=
      (line.indTot === "1" || line.service ? e2("vProd_e2") : 0) -
      e2("vDesc_e2") -
      relieved +
      (line.tpOp === "2" ? 0 : withheld) +
      e2("vFrete_e2") +
      e2("vSeg_e2") +
      e2("vOutro_e2") +
      e2("vII_e2") +
      e2("vIPI_e2") +
      (line.indSomaPISST === "1" ? e2("vPISST_e2") : 0) +
      (line.indSomaCOFINSST === "1" ? e2("vCOFINSST_e2") : 0);
  }
  return vNF;
}

/** The note of these items whose totals are their sums. */
function wholeNote(lines: readonly Partial<Item>[], vNF_e2: number): Note {
  const sum = (of: (line: Partial<Item>) => number) => lines.reduce((s, line) => s + of(line), 0);
  const sums = PARTS.flatMap(({ item, total }) =>
    total === null ? [] : [[total, sum((line) => line[item] ?? 0)] as const],
  );
  return noteOf(lines, {
    ...Object.fromEntries(sums),
    vProd_e2: sum((line) => (line.indTot === "1" && !line.service ? (line.vProd_e2 ?? 0) : 0)),
    vServ_e2: sum((line) => (line.service ? (line.vProd_e2 ?? 0) : 0)),
    vNF_e2,
  });
}

test("a note whose totals are its items' sums costs its vNF to the cent, in either form of relief", () => {
  fc.assert(
    fc.property(items, fc.boolean(), (lines, kept) => {
      const vNF = writtenOut(lines, kept);
      fc.pre(vNF >= 0);
      const note = wholeNote(lines, vNF);
      const landed = landedCosts(note);
      expect(landed.every((cost) => Number.isSafeInteger(cost) && cost >= 0)).toBe(true);
      expect(landed.reduce((s, cost) => s + cost, 0)).toBe(vNF);
      expect(noteValue(note, reliefOf(note))).toBe(vNF);
      expect(checkTotals(note, "").filter(({ severity }) => severity === "warning")).toEqual([]);
    }),
    RUNS,
  );
});

test("a vNF that differs by more than the relief has a finding with the amount", () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 1_000_000 }), (lines, off) => {
      const right = [writtenOut(lines, false), writtenOut(lines, true)];
      const vNF = (right[0] ?? 0) + off;
      fc.pre(vNF >= 0 && !right.includes(vNF));
      const reported = checkTotals(wholeNote(lines, vNF), "").map(({ code }) => code);
      expect(reported).toEqual(["note_total"]);
    }),
    RUNS,
  );
});

test("the costs add up to the note's value also where only the total has an amount", () => {
  const header = fc.record({
    vFrete_e2: some,
    vSeg_e2: some,
    vDesc_e2: some,
    vOutro_e2: some,
    vIPI_e2: some,
    vST_e2: some,
    vFCPST_e2: some,
    vICMSMonoReten_e2: some,
    vII_e2: some,
    vICMSDeson_e2: some,
  });
  const bare = fc.array(
    fc.record({
      vProd_e2: cents,
      indTot: fc.constant<"1">("1"),
      service: fc.boolean(),
      indDeduzDeson: binary,
      tpOp: fc.constantFrom(null, "2"),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(bare, header, (lines, total) => {
      const { vProd_e2, vServ_e2 } = wholeNote(lines, 0).total;
      const note = noteOf(lines, { ...total, vProd_e2, vServ_e2 });
      const landed = landedCosts(note);
      const value = noteValue(note, reliefOf(note));
      expect(landed.reduce((s, cost) => s + cost, 0)).toBe(Math.max(value, 0));
    }),
    RUNS,
  );
});

test("IBS, CBS and IS are never added: vProd of 2027 contains them", () => {
  const { xml } = syntheticNote({
    items: [{ cProd: "1", xProd: "CABO", uCom: "UN", qCom: "1", vUnCom: "100.00" }],
    issuedAt: "2027-02-01T09:30:00-03:00",
    ibsCbs: true,
  });
  const taxed = xml.replace(
    "<IBSCBS><CST>",
    "<IS><CSTIS>000</CSTIS><vIS>8.00</vIS></IS><IBSCBS><CST>",
  );
  expect(taxed).not.toBe(xml);
  expect(landedCosts(noteIn(taxed))).toEqual([10_000]);
});

test("an ordinary note's costs add up to what is paid for it", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const note = noteIn(syntheticNote({ seed, items: 7, headerFreight: "13.37" }).xml);
    expect(landedCosts(note).reduce((s, cost) => s + cost, 0)).toBe(note.total.vNF_e2);
  }
});
