import { err, ok, type Result } from "./result.ts";

/** Integers above this are not exact in a JavaScript number. */
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Powers of ten as BigInt, for the scales that occur (0 to 20 places). */
const POW10 = Array.from({ length: 21 }, (_, n) => 10n ** BigInt(n));
const pow10 = (n: number): bigint => POW10[n] ?? 10n ** BigInt(n);

export type DecimalFailure = "not_a_decimal" | "too_many_places" | "out_of_range";

const PLAIN = /^(-?)([0-9]{1,30})(?:\.([0-9]{1,30}))?$/;
/** So many digits are exact in a number, however they stand. */
const FEW_DIGITS = 15;
const [ZERO, POINT] = [0x30, 0x2e];

/**
 * Reads a plain decimal ("12.50", no exponent, no sign unless `signed`) as an integer of 1/10^places.
 * Zeros beyond `places` are allowed, any other digit there is `too_many_places`: nothing is rounded here.
 * The result is always a safe integer (|n| ≤ 2⁵³ − 1), otherwise `out_of_range`.
 */
export function toScaled(
  text: string,
  places: number,
  { signed = false } = {},
): Result<number, DecimalFailure> {
  const few = fewDigits(text, places);
  if (few !== -1) return ok(few);
  const match = PLAIN.exec(text);
  if (match === null) return err("not_a_decimal");
  const [, sign = "", whole = "", fraction = ""] = match;
  if (sign === "-" && !signed) return err("not_a_decimal");
  if (fraction.length > places && /[1-9]/.test(fraction.slice(places)))
    return err("too_many_places");
  const digits = whole + fraction.slice(0, places).padEnd(places, "0");
  const scaled = Number(digits);
  if (!Number.isSafeInteger(scaled)) return err("out_of_range");
  return ok(sign === "-" && scaled !== 0 ? -scaled : scaled);
}

/**
 * The same for nearly every figure of a note: a few digits, no sign, nothing beyond `places`; -1 where `toScaled` must look closer.
 * A note has some 400 figures, and a match of the pattern allocates five values for each.
 */
function fewDigits(text: string, places: number): number {
  const { length } = text;
  if (length === 0 || length > FEW_DIGITS) return -1;
  let value = 0;
  let point = -1;
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === POINT - ZERO && point === -1 && at > 0) point = at;
    else return -1;
  }
  let left = places;
  if (point !== -1) left -= length - point - 1;
  if (left < 0 || point === length - 1) return -1;
  for (; left > 0; left--) value *= 10;
  return Number.isSafeInteger(value) ? value : -1;
}

/** Writes an integer of 1/10^places as a plain decimal; `minPlaces` zeros are kept (2: "12.50", 0: "12.5"). */
export function fromScaled(scaled: number | bigint, places: number, minPlaces = 0): string {
  // A safe integer prints its own digits, three times as fast as a BigInt (an export writes millions).
  const value = Number.isSafeInteger(scaled) ? scaled : BigInt(scaled);
  const sign = value < 0 ? "-" : "";
  const digits = String(value < 0 ? -value : value).padStart(places + 1, "0");
  const point = digits.length - places;
  let end = digits.length;
  while (end > point + minPlaces && digits[end - 1] === "0") end -= 1;
  const whole = digits.slice(0, point);
  return end === point ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(point, end)}`;
}

/** a / b rounded half away from zero (the rounding of the NF-e manual); b must not be 0. */
export function divideHalfUp(a: bigint, b: bigint): bigint {
  const negative = a < 0n !== b < 0n;
  const x = a < 0n ? -a : a;
  const y = b < 0n ? -b : b;
  const rounded = (2n * x + y) / (2n * y);
  return negative ? -rounded : rounded;
}

/** A BigInt as a number; throws RangeError beyond 2⁵³ − 1, so that no digit is lost in silence. */
export function exact(value: bigint): number {
  if (value > MAX_EXACT || value < -MAX_EXACT) throw new RangeError(`not exact: ${value}`);
  return Number(value);
}

/** The sum of safe integers; throws RangeError when it is no longer exact. */
export function sumExact(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) {
    total += value;
    if (!Number.isSafeInteger(total)) throw new RangeError("sum is not exact");
  }
  return total;
}

/**
 * Unit value of a line as decimal text: total (1/10²) over quantity (1/10⁴), half-up to `places`
 * (10, as vUnCom), trailing zeros dropped. Null when the quantity is 0.
 */
export function unitValue(
  total_e2: number,
  quantity_e4: number | bigint,
  places = 10,
): string | null {
  if (typeof quantity_e4 === "bigint") return ratio(total_e2, quantity_e4, places);
  if (quantity_e4 === 0) return null;
  // Most prices are whole cents, which numbers divide exactly.
  const cents_e4 = total_e2 * 10_000;
  if (places >= 2 && Number.isSafeInteger(cents_e4) && cents_e4 % quantity_e4 === 0)
    return fromScaled(cents_e4 / quantity_e4, 2);
  return ratio(total_e2, BigInt(quantity_e4), places);
}

function ratio(total_e2: number, quantity_e4: bigint, places: number): string | null {
  if (quantity_e4 === 0n) return null;
  return fromScaled(divideHalfUp(BigInt(total_e2) * pow10(places + 2), quantity_e4), places);
}

/**
 * Shares an integer among weights so that the parts add up to it exactly (largest remainder; ties go to the earlier part).
 * All weights 0: the first part takes everything. `total` may be negative; weights may not.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const sum = weights.reduce((s, w) => s + BigInt(w), 0n);
  if (sum === 0n) return weights.map((_, i) => (i === 0 ? total : 0));
  const sign = total < 0 ? -1 : 1;
  const amount = BigInt(Math.abs(total));
  const parts = weights.map((w) => (amount * BigInt(w)) / sum);
  const order = weights
    .map((w, i) => ({ i, rest: (amount * BigInt(w)) % sum }))
    .sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1));
  let left = exact(amount - parts.reduce((s, p) => s + p, 0n));
  const out = parts.map((p) => exact(p));
  for (const { i } of order) {
    if (left === 0) break;
    out[i] = (out[i] ?? 0) + 1;
    left -= 1;
  }
  return out.map((p) => (p === 0 ? 0 : sign * p));
}
