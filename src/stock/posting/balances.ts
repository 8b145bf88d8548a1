/** What a note that gives costs sets beside each balance: the cost of its last movement. */
const COSTS = {
  columns: ", last_cost_e2, last_cost_quantity_e4, costed_at",
  of: ", cost_e2, quantity_e4",
  set: `, last_cost_e2 = excluded.last_cost_e2, last_cost_quantity_e4 = excluded.last_cost_quantity_e4,
    costed_at = excluded.costed_at`,
};

/**
 * SQL that gives each product the balance after the last of some movements: `movements` is the condition that finds them, `at`
 * SQL of the time of the last movement of goods, over `last` (company, product): the parameter of the write. The ids of a batch's movements rise in the order of their steps.
 * `costs`: each of them is an entry that tells the last cost of its product (stock/last-cost.ts).
 */
export const balancesAfter = (movements: string, at: string, costs = false): string => `
  insert into balances (company, product, quantity_e4, value_e2, updated_at${costs ? COSTS.columns : ""})
  select company, product, after_e4, after_e2, ${at}${costs ? `${COSTS.of}, ${at}` : ""} from (
    select company, product, after_e4, after_e2${costs ? COSTS.of : ""}, max(id) from movements
    where ${movements} group by product) as last where true
  on conflict do update set quantity_e4 = excluded.quantity_e4, value_e2 = excluded.value_e2,
    updated_at = excluded.updated_at, version = version + 1${costs ? COSTS.set : ""}`;
