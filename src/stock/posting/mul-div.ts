/** The shifts of long division: `b` in six limbs of nine bits, the highest first. */
const SHIFTS = [45, 36, 27, 18, 9, 0] as const;

/**
 * SQL of a·b/d rounded half up, exact for integers of 0 to 2⁵³ (d from 1), without a float. `operands` is the FROM clause of
 * one row with the columns a, b and d. Where a·b fits into 64 bits SQLite divides at once; elsewhere by limbs of nine bits:
 * the remainder is below 2⁵³, so remainder·2⁹ + a·(2⁹ − 1) is below 2⁶³. A result beyond 2⁶³ becomes a REAL, which a STRICT
 * column of integers refuses.
 */
export function mulDiv(operands: string): string {
  const steps = SHIFTS.map(
    (shift, i) => `z${i + 1} (w, a, b, d, q, r) as (select w, a, b, d,
      q * 512 + (r * 512 + a * ((b >> ${shift}) & 511)) / d, (r * 512 + a * ((b >> ${shift}) & 511)) % d from z${i})`,
  );
  return `(select case when typeof(a * b) = 'integer' then a * b / d + (a * b % d >= d - a * b % d)
    else (with z0 (w, a, b, d, q, r) as (select o.a / o.d, o.a % o.d, o.b, o.d, 0, 0), ${steps.join(", ")}
      select w * b + q + (r >= d - r) from z${SHIFTS.length}) end from ${operands} as o)`;
}
