import { expect, test } from "bun:test";
import { unitKey } from "../../../src/stock/supplier-items/unit.ts";
import { unitSpellings, unitTable } from "../../../src/stock/supplier-items/unit-table.ts";

const given = (...pairs: [spelling: string, unit: string][]) =>
  unitSpellings(pairs.map(([spelling, unit]) => ({ spelling, unit })));

test("a company's spelling goes before the built-in one, in every case of its letters", () => {
  const own = given(["Display", "DP"], ["LT", "L"], ["und.", "und"]);
  expect(own).toEqual({ ok: true, value: { DISPLAY: "DP", LT: "L", UND: "UND" } });
  if (!own.ok) return;
  const keys = ["display", "DISPLAY.", "lt", "Und", "UNID", "pç"].map((text) =>
    unitKey(text, own.value),
  );
  expect(keys).toEqual(["DP", "DP", "L", "UND", "UN", "PC"]);
});

test("a built-in unit that means another takes its spellings along, but not those that are given", () => {
  expect(given(["PC", "UND"], ["PCS", "PCS"])).toEqual({
    ok: true,
    value: {
      PC: "UN",
      PÇ: "UN",
      PCA: "UN",
      PÇA: "UN",
      PECA: "UN",
      PEÇA: "UN",
      PCS: "PCS",
      PÇS: "UN",
      PECAS: "UN",
      PEÇAS: "UN",
    },
  });
});

test("a spelling of the built-in table is not kept, and a list that was read gives itself", () => {
  expect(given(["UND", "UN"], ["CX", "cx"], ["CAIXA", "CXA"])).toEqual({ ok: true, value: {} });
  const own = given(["PC", "UN"], ["LT", "LATA"], ["KG", "kg"]);
  if (!own.ok) throw new Error(own.error.code);
  expect(given(...Object.entries(own.value))).toEqual(own);
});

test.each([
  [[["", "UN"]], "blank", 0],
  [[["A", "."]], "blank", 0],
  [
    [
      ["A", "B"],
      ["a", "C"],
    ],
    "contradiction",
    1,
  ],
  [
    [
      ["A", "B"],
      ["B", "C"],
    ],
    "chain",
    0,
  ],
  [
    [
      ["A", "UND"],
      ["UND", "PC"],
    ],
    "chain",
    0,
  ],
  [
    [
      ["A", "UND"],
      ["UN", "PC"],
    ],
    "chain",
    0,
  ],
  [Array.from({ length: 501 }, (_, n) => [`A${n}`, "UN"]), "too_many", 500],
] as [[string, string][], string, number][])(
  "a list of spellings is refused by name: %j is %s",
  (pairs, code, n) => {
    const read = given(...pairs);
    expect(read).toMatchObject({ error: { code, n } });
  },
);

test("the table of units has each spelling once, under the unit that it means", () => {
  const table = unitTable({ UND: "UND", DISPLAY: "DP", UNID: "UND" });
  const spelled = table.flatMap(({ unit, spellings }) => [unit, ...spellings]);
  expect(new Set(spelled).size).toBe(spelled.length);
  expect(table.filter(({ unit }) => ["DP", "UND"].includes(unit))).toEqual([
    { unit: "DP", spellings: ["DISPLAY"] },
    { unit: "UND", spellings: ["UNID"] },
  ]);
  expect(table.find(({ unit }) => unit === "UN")?.spellings).not.toContain("UND");
});
