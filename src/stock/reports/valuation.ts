import { divideHalfUp, fromScaled } from "../../lib/decimal.ts";
import type { Value } from "../../ports/sql.ts";

/**
 * The value of stock, product by product to the cent (half up): quantity_e4 × price_e2 / per_e4, where `price_e2` is the price of
 * `per_e4`. SQLite computes in 64 bits and turns an overflow into a float in silence; so a product that would overflow comes
 * back as text and is computed with BigInt. Rare: it takes a quantity and a price of ten digits each.
 */
export interface ValuationColumns {
  /** SQL of a result column: the sum of the products that fit, as text. For at most 1,000 rows, so that the sum fits too. */
  readonly sum: string;
  /** SQL of another: the products that do not fit. */
  readonly rest: string;
}

/** For rows with a column `quantity_e4`; `price` and `per` are columns or numbers. A row where either is null has no value. */
export function valuationColumns(price: string, per: string): ValuationColumns {
  const twice = `(2 * (abs(quantity_e4) * ${price}) + ${per})`;
  const value = `(${twice} / (2 * ${per}))`;
  const fits = `(typeof(${twice}) = 'integer' and ${value} <= ${Number.MAX_SAFE_INTEGER})`;
  const known = `(${price} is not null and ${per} is not null)`;
  return {
    sum: `cast(coalesce(sum(case when ${known} and ${fits} then sign(quantity_e4) * ${value} end), 0) as text)`,
    rest: `group_concat(case when ${known} and not ${fits} then quantity_e4 || ' ' || ${price} || ' ' || ${per} end)`,
  };
}

/** The value of both columns together, 1/10². */
export function totalValue(sum: Value | undefined, rest: Value | undefined): bigint {
  let total = BigInt(String(sum ?? 0));
  for (const product of rest === null || rest === undefined ? [] : String(rest).split(",")) {
    const [quantity_e4 = "0", price_e2 = "0", per_e4 = "1"] = product.split(" ");
    total += divideHalfUp(BigInt(quantity_e4) * BigInt(price_e2), BigInt(per_e4));
  }
  return total;
}

/**
 * The average cost of one unit: a value (1/10²) over the quantity (1/10⁴) that has it, as decimal text of at most 4 places,
 * half up. Null for the quantity 0.
 */
export function averageCost(value_e2: bigint, quantity_e4: bigint): string | null {
  if (quantity_e4 === 0n) return null;
  // (1/10²) / (1/10⁴) in 1/10⁴.
  return fromScaled(divideHalfUp(value_e2 * 1_000_000n, quantity_e4), 4);
}
