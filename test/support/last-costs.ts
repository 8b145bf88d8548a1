/** A table for queries of tests: company, code, and the last cost that counts (that beside the balance, else that of the product). */
export const LAST_COSTS = `(select p.company, p.code, coalesce(b.last_cost_e2, p.last_cost_e2) as last_cost_e2,
  coalesce(b.last_cost_quantity_e4, p.last_cost_quantity_e4) as last_cost_quantity_e4
  from products p left join balances b on b.company = p.company and b.product = p.code)`;
