import { expect, test } from "bun:test";
import { grouped, howMany, megabytes, reais } from "../../src/lib/amount.ts";

test("a count has points between thousands; a limit in bytes is written in MB", () => {
  expect([0, 999, 10_000, 1_234_567].map(grouped)).toEqual(["0", "999", "10.000", "1.234.567"]);
  expect([64, 10_485_760, 52_428_800].map(megabytes)).toEqual(["64 bytes", "10 MB", "50 MB"]);
  expect([0, 1, 2_000].map((count) => howMany(count, "nota", "notas"))).toEqual([
    "0 notas",
    "1 nota",
    "2.000 notas",
  ]);
});

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
