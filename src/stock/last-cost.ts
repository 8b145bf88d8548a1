import type { Value } from "../ports/sql.ts";

/*
 * The last cost of a product: the total and the quantity of the last entry that gave one. A note of ten items changed ten rows of
 * `products` for it. So a note writes it beside the balance, in the row that it changes anyway, and what stands there counts; whatever
 * else sets a last cost writes it into `products` and takes the one beside the balance away.
 */

/** SQL over `products p left join balances b`: 1/10², 1/10⁴ (both null: not known), and when the product's own data last changed. */
export const LAST_COST_E2 = "coalesce(b.last_cost_e2, p.last_cost_e2)";
export const LAST_COST_QUANTITY_E4 = "coalesce(b.last_cost_quantity_e4, p.last_cost_quantity_e4)";
export const OWN_DATA_CHANGED_AT = "max(p.updated_at, coalesce(b.costed_at, 0))";

/**
 * SQL that takes away the costs beside the balances of some products (a select, or a parameter): those in `products` count again. ?1 is
 * the company.
 */
export const forgetCosts = (products: string, condition = "true"): string => `
  update balances set last_cost_e2 = null, last_cost_quantity_e4 = null, costed_at = null
  where company = ?1 and last_cost_e2 is not null and product in (${products}) and ${condition}`;

/** A condition of `forgetCosts`: the statement before it has changed a row. */
export const JUST_CHANGED = "changes() > 0";

/** SQL that goes on with `and`: the last cost is the given one. Over the same tables. */
export const andLastCostIs = (
  cost: { readonly lastCost_e2: number | null; readonly lastCostQuantity_e4: number | null },
  add: (value: Value) => string,
): string =>
  ` and ${LAST_COST_E2} is ${add(cost.lastCost_e2)} and ${LAST_COST_QUANTITY_E4} is ${add(cost.lastCostQuantity_e4)}`;
