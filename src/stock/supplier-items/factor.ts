import { divideHalfUp, fromScaled } from "../../lib/decimal.ts";
import { err, ok, type Result } from "../../lib/result.ts";

/**
 * Stock units in one supplier unit: e4 / (10⁴ × divisor). The divisor is 1 for a decimal of up to 4 places; other fractions
 * (1/12: a can of a product that is counted in boxes of twelve) are exact with a divisor of their own. Always in lowest terms.
 */
export interface Factor {
  /** 1/10⁴ before the division; positive. */
  readonly e4: number;
  /** 1 to 1,000,000. */
  readonly divisor: number;
}

/** The factor of a supplier item without a saved mapping: one supplier unit is one stock unit. */
export const FACTOR_ONE: Factor = { e4: 10_000, divisor: 1 };

/** A decimal factor, 1/10⁴. */
export const decimalFactor = (e4: number): Factor => ({ e4, divisor: 1 });

export const sameFactor = (a: Factor, b: Factor): boolean =>
  a.e4 === b.e4 && a.divisor === b.divisor;

const FRACTION = /^([0-9]{1,7})\s?\/\s?([0-9]{1,7})$/;
const MOST = 1_000_000;

/** Whether a text is written as a fraction. */
export const isFraction = (text: string): boolean => text.includes("/");

/** Reads `1/12`: two whole numbers from 1 to 1,000,000. Fails with `not_a_fraction` or `out_of_range`. */
export function fractionFactor(text: string): Result<Factor, "not_a_fraction" | "out_of_range"> {
  const [, above, below] = FRACTION.exec(text.trim()) ?? [];
  if (above === undefined || below === undefined) return err("not_a_fraction");
  const [numerator, denominator] = [Number(above), Number(below)];
  if (numerator < 1 || denominator < 1 || numerator > MOST || denominator > MOST)
    return err("out_of_range");
  return ok(lowest(numerator * 10_000, denominator));
}

function lowest(e4: number, divisor: number): Factor {
  const by = commonDivisor(e4, divisor);
  return { e4: e4 / by, divisor: divisor / by };
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** The factor as a user writes it: a decimal where it is exact, else a fraction. */
export function factorText({ e4, divisor }: Factor): string {
  if (divisor === 1) return fromScaled(e4, 4);
  const by = commonDivisor(e4, 10_000 * divisor);
  return `${e4 / by}/${(10_000 * divisor) / by}`;
}

/** The factor as a decimal text: exact where the divisor is 1, else half-up to 10 places. */
export const factorDecimal = ({ e4, divisor }: Factor): string =>
  divisor === 1
    ? fromScaled(e4, 4)
    : fromScaled(divideHalfUp(BigInt(e4) * 1_000_000n, BigInt(divisor)), 10);

/** A quantity (1/10⁴ of the supplier's unit) in stock units, 1/10⁴, half-up; it may be more than a number holds exactly. */
export const toStockUnits = (quantity_e4: number, { e4, divisor }: Factor): bigint =>
  divideHalfUp(BigInt(quantity_e4) * BigInt(e4), 10_000n * BigInt(divisor));
