import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  decimalFactor,
  FACTOR_ONE,
  factorDecimal,
  factorText,
  fractionFactor,
  sameFactor,
  toStockUnits,
} from "../../../src/stock/supplier-items/factor.ts";

const fraction = (text: string) => {
  const read = fractionFactor(text);
  if (!read.ok) throw new Error(read.error);
  return read.value;
};

test("a fraction is in lowest terms, a decimal where it is exact", () => {
  const cases: [string, string, string][] = [
    ["1/12", "1/12", "0.0833333333"],
    ["2/24", "1/12", "0.0833333333"],
    [" 5 / 3 ", "5/3", "1.6666666667"],
    ["1/2", "0.5", "0.5"],
    ["24/2", "12", "12"],
    ["1/10000", "0.0001", "0.0001"],
    ["1/1000000", "1/1000000", "0.000001"],
    ["1000000/1", "1000000", "1000000"],
  ];
  for (const [given, text, decimal] of cases) {
    const factor = fraction(given);
    expect([given, factorText(factor), factorDecimal(factor)]).toEqual([given, text, decimal]);
  }
  expect(sameFactor(fraction("7/7"), FACTOR_ONE)).toBe(true);
  for (const other of ["1/3", "3/1", "1/2"])
    expect([other, sameFactor(fraction(other), FACTOR_ONE)]).toEqual([other, false]);
});

test("a text that is no fraction of whole numbers from 1 to 1,000,000 is refused", () => {
  for (const text of ["/", "1/", "/2", "a/b", "1.5/2", "-1/2", "1/2/3", "1//2", "1e3/2"])
    expect([text, fractionFactor(text)]).toEqual([text, { ok: false, error: "not_a_fraction" }]);
  for (const text of ["0/1", "1/0", "1000001/1", "1/1000001"])
    expect([text, fractionFactor(text)]).toEqual([text, { ok: false, error: "out_of_range" }]);
});

test("a quantity in stock units is off by less than 1/10⁴, and exact for multiples of the denominator", () => {
  const whole = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(whole, whole, whole, (n, d, times) => {
      const factor = fraction(`${n}/${d}`);
      const e4 = toStockUnits(d * 10_000, factor);
      expect(e4).toBe(BigInt(n) * 10_000n);
      const exact_e8 = BigInt(times) * 10_000n * BigInt(n) * 10_000n;
      const off = toStockUnits(times * 10_000, factor) * 10_000n * BigInt(d) - exact_e8;
      expect(2n * (off < 0n ? -off : off) <= 10_000n * BigInt(d)).toBe(true);
    }),
    { seed: 20261128, numRuns: 500 },
  );
  expect(toStockUnits(120_000, decimalFactor(25_000))).toBe(300_000n);
});
