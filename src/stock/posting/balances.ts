/**
 * SQL that gives each product the balance after the last of some movements: `movements` is the condition that finds them, `at`
 * SQL of the time of the last movement of goods, over `last` (company, product): the parameter of the write. The ids of a batch's movements rise in the order of their steps.
 */
export const balancesAfter = (movements: string, at: string): string => `
  insert into balances (company, product, quantity_e4, value_e2, updated_at)
  select company, product, after_e4, after_e2, ${at} from (
    select company, product, after_e4, after_e2, max(id) from movements where ${movements} group by product) as last where true
  on conflict do update set quantity_e4 = excluded.quantity_e4, value_e2 = excluded.value_e2,
    updated_at = excluded.updated_at, version = version + 1`;
