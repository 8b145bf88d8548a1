import { divideHalfUp } from "../lib/decimal.ts";
import type { Value } from "../ports/sql.ts";

/**
 * What stock is worth, product by product to the cent (half up): quantity_e4 × price_e2 / per_e4, where `per_e4` of it cost
 * `price_e2`. SQLite does this in 64 bits and turns what does not fit into a float in silence; so what would not fit comes
 * back as text, and is reckoned with BigInt. Rare: it takes a quantity and a price of ten digits each.
 */
export interface ValuationColumns {
  /** SQL for a result column: the sum of what fits, as text. For at most a thousand rows, whose sum then fits too. */
  readonly sum: string;
  /** SQL for another: the rest. */
  readonly rest: string;
}

/** `price` and `per` are columns or numbers of the rows that have a column `quantity_e4`; where either is null: nothing. */
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

/** Both columns of a row, together: 1/10². */
export function totalValue(sum: Value | undefined, rest: Value | undefined): bigint {
  let total = BigInt(String(sum ?? 0));
  for (const product of rest === null || rest === undefined ? [] : String(rest).split(",")) {
    const [quantity_e4 = "0", price_e2 = "0", per_e4 = "1"] = product.split(" ");
    total += divideHalfUp(BigInt(quantity_e4) * BigInt(price_e2), BigInt(per_e4));
  }
  return total;
}
