import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fold, searchWords } from "../../src/lib/fold.ts";

describe("a folded text", () => {
  test("has no case and no accents; º, ², ½ and ß are as typed", () => {
    for (const [text, folded] of [
      ["AÇÚCAR Cristal", "acucar cristal"],
      ["AC\u0327U\u0301CAR", "acucar"],
      ["Nº 5 – 2ª via", "no 5 – 2a via"],
      ["m² ½\u00a0pol.", "m2 1/2 pol."],
      ["Straße Øresund Œuvre", "strasse oresund oeuvre"],
      ["ＣＡＦÉ", "cafe"],
      ["7891234567895/A-1", "7891234567895/a-1"],
      ["", ""],
    ] as const)
      expect([text, fold(text)]).toEqual([text, folded]);
  });

  test("does not change when folded again or from capitals", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
      }),
      { seed: 20261128 },
    );
    const letters = "abcdefghijklmnopqrstuvwxyzáàâãäéêíóôõöúüçñ";
    expect(fold(letters.toUpperCase())).toBe(fold(letters));
  });
});

test("a search is its folded words; from the eighth on they are one", () => {
  expect(searchWords("  Cimento\tÇ  50kg ")).toEqual(["cimento", "c", "50kg"]);
  expect(searchWords(" \u0301 ")).toEqual([]);
  expect(searchWords("a b c d e f g h")).toHaveLength(8);
  expect(searchWords("a b c d e f g h i")).toEqual([..."abcdefg", "h i"]);
});
