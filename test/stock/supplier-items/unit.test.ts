import { expect, test } from "bun:test";
import { unitKey, unitKeySql } from "../../../src/stock/supplier-items/unit.ts";
import { testPorts } from "../../support/ports.ts";

/** A unit, and how it is written. */
const SPELLINGS: readonly [unit: string, ...others: string[]][] = [
  ["UN", "un", "Un", "UND", "und", "Unid", "UNID.", "UNI", " UN ", "UN.", "UNIDAD"],
  ["CX", "cx", "Cx", "CX.", "cxa", "Caixa", "C\u200bX"],
  ["PC", "pç", "PÇ", "PÇ".normalize("NFD"), "Pca", "peça", "PCS"],
  ["KG", "kg", "Kgs", "quilo"],
  ["L", "l", "Litro", "LTR"],
  ["M2", "m²", "M²"],
  ["DZ", "dúzia", "DUZIA"],
  ["CX12", "cx12", "Cx12"],
];

test("a unit has one key in every case and usual spelling", () => {
  for (const [unit, ...others] of SPELLINGS)
    for (const other of [unit, ...others])
      expect([other, unitKey(other, {})]).toEqual([other, unit]);
});

test("an ambiguous or unknown unit has a key of its own", () => {
  const apart = [
    "UN",
    "CX",
    "CX12",
    "CX6",
    "LT",
    "L",
    "ML",
    "GR",
    "G",
    "PT",
    "CT",
    "M",
    "M2",
    "XYZ",
  ];
  expect(new Set(apart.map((text) => unitKey(text, {}))).size).toBe(apart.length);
});

test("a text that is no unit is its own key", () => {
  expect(["", ".", "a  b", "ß"].map((text) => unitKey(text, {}))).toEqual(["", "", "A B", "SS"]);
});

const OWN = { UND: "UND", PEÇA: "UN", XYZ: "CX" };

test("the key in SQL is the key in the code", async () => {
  const ports = await testPorts();
  try {
    const texts = SPELLINGS.flat().filter(
      (text) => text === text.normalize("NFC") && !/\u200b/.test(text),
    );
    const rows = await ports.reader.rows({
      sql: `select i.value, ${unitKeySql("i.value", "?2")} as unit from json_each(?1) i`,
      args: [JSON.stringify(texts), JSON.stringify(OWN)],
    });
    expect(rows.map((row) => [row.value, row.unit])).toEqual(
      texts.map((text) => [text, unitKey(text, OWN)]),
    );
  } finally {
    await ports.close();
  }
});
