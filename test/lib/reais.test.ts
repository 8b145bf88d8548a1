import { expect, test } from "bun:test";
import { reais } from "../../src/lib/reais.ts";

test("an amount is written in reais, with a comma for the cents and a point for the thousands", () => {
  const cases: [number, string][] = [
    [0, "R$ 0,00"],
    [1, "R$ 0,01"],
    [-1, "-R$ 0,01"],
    [99_999, "R$ 999,99"],
    [100_000, "R$ 1.000,00"],
    [-123_456_789, "-R$ 1.234.567,89"],
    [Number.MAX_SAFE_INTEGER, "R$ 90.071.992.547.409,91"],
  ];
  for (const [cents, text] of cases) expect(reais(cents)).toBe(text);
});
