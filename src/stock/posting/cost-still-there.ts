import { mulDiv } from "./mul-div.ts";
import { BACK, broughtBack } from "./returned-exits.ts";

/** The exit that `n` brings back by a return; 0: of none. What takes a return back has the exit of it. */
const exitOf = (n: string): string =>
  `iif(instr(${n}.origin_ref, '${BACK}') = 0, 0, cast(substr(${n}.origin_ref, instr(${n}.origin_ref, '${BACK}') + ${BACK.length}) as integer))`;

const isUndone = (n: string): string =>
  `exists (select 1 from movements r where r.company = ?1 and r.undoes = ${n}.id and r.quantity_e4 <> 0)`;

/** Goods that left since the cost and came back count as never left: neither movement changes what is there of it. */
const counts = (n: string): string =>
  `case when ${n}.quantity_e4 = 0 then false when ${exitOf(n)} > t.cost then false
    when ${n}.undoes is null then ${n}.quantity_e4 > 0 or not ${isUndone(n)}
    else ${n}.quantity_e4 < 0 or ${n}.undoes < t.cost end`;

/** What the movement `m` has moved, less what returns have brought back of it. */
const MOVED = `m.quantity_e4 + iif(m.quantity_e4 < 0 and m.undoes is null, ${broughtBack("quantity_e4", "m.id")}, 0)`;

/** What rebates between the rebate `c` and `n` that stood at `n` have taken: the last ones had taken first. */
const TAKEN_BY_LATER = `coalesce((
      select sum(h.passed_e2 - h.value_e2)
      from movements h indexed by movements_by_product cross join movements a on a.id = h.undoes and a.quantity_e4 <> 0
      where h.company = ?1 and h.product = c.product and h.id > c.id and h.id < n.id and h.quantity_e4 = 0 and h.value_e2 < 0
        and not exists (select 1 from movements r indexed by movements_of_late_costs
          where r.company = ?1 and r.undoes = h.id and r.quantity_e4 = 0 and r.id < n.id)), 0)`;

/**
 * CTEs for a WITH RECURSIVE, over the table `costs` of late costs (id, posting, product, value_e2, passed_e2, after_e4). ?1: company.
 * `cost_group`: the shares of one posting in one product, what they have `put` into the stock, or taken from it (1/10², from 0).
 * `there`: what is there of it (s) after each exit since: by the moving average it takes its share along. With 0 it ends, so that what
 * is read is bounded by the turnover.
 * `found_less`: costs (g) that were taken back, by n, while a rebate since had emptied the value: of g's part the stock had only
 * `found`, and what is missing must not come again with the rebate.
 * `still_there`: what is there now of the `put` of a posting in a product (e2).
 */
export const costStillThere = (costs: string): string => `cost_group as materialized (
    select max(id) as id, posting, product, max(after_e4) as after_e4, sum(abs(value_e2 - passed_e2)) as put, max(value_e2) < 0 as is_rebate
    from ${costs} where after_e4 > 0 group by posting, product
  ),
  found_less as materialized (
    select c.id as rebate, g.id as g, n.id as n, n.passed_e2 - n.value_e2 + ${TAKEN_BY_LATER} as found
    from cost_group c cross join movements n indexed by movements_by_product
      on n.company = ?1 and n.product = c.product and n.id > c.id and n.quantity_e4 = 0 and n.value_e2 < 0
    cross join movements g on g.id = n.undoes and g.quantity_e4 = 0 and g.id < c.id
    where c.is_rebate and n.after_e2 = 0 and n.after_e4 > 0
  ),
  there (cost, product, id, q, s) as (
    select id, product, id, after_e4, put from (
      select id, product, after_e4, put from cost_group
      union select m.id, m.product, m.after_e4, abs(m.value_e2 - m.passed_e2) from found_less f cross join movements m on m.id = f.g)
    where after_e4 > 0
    union all
    select t.cost, t.product, m.id, t.q + ${MOVED}, (
      select case when o.moved >= 0 or m.undoes is not null and m.passed_e2 = 0 and t.q + o.moved > 0 then t.s
        when t.q + o.moved <= 0 then 0 else ${mulDiv("(select t.s as a, t.q + o.moved as b, t.q as d)")} end
      from (select ${MOVED} as moved) as o)
    from there t cross join movements m on m.id = (
      select n.id from movements n indexed by movements_by_product
      where n.company = ?1 and n.product = t.product and n.id > t.id and ${counts("n")} order by n.id limit 1)
    where t.s > 0
  ),
  still_there (posting, product, put, e2) as materialized (
    select t.posting, t.product, t.put, ${mulDiv(`(select t.s as a, t.put as d, max(t.put - coalesce((
        select sum(${mulDiv("(select l.lacks as a, t.put as b, (select min(s) from there where cost = t.id and id < l.n) as d)")})
        from (
          select n, max((select min(s) from there where cost = g and id < n) - found, 0) as lacks from found_less where rebate = t.id
        ) as l where l.lacks > 0), 0), 0) as b)`)}
    from (select c.*, (select min(s) from there where cost = c.id) as s from cost_group c) as t where t.s > 0
  )`;

/** SQL of what is still there (1/10²; from 0) of a late cost `v` of `costs`: its part of its posting's. */
export const stillThere = (v: string): string => `coalesce((
    select ${mulDiv(`(select abs(${v}.value_e2 - ${v}.passed_e2) as a, t.e2 as b, t.put as d)`)}
    from still_there t where t.posting = ${v}.posting and t.product = ${v}.product), 0)`;
