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

/**
 * CTEs for a WITH RECURSIVE, over the table `costs` of late costs (id, posting, product, value_e2, passed_e2, after_e4). ?1: company.
 * `cost_group`: the shares of one posting in one product, what they have `put` into the stock, or taken from it (1/10², from 0).
 * `there`: what is there of it (s) after each exit since: by the moving average it takes its share along. With 0 it ends, so that what
 * is read is bounded by the turnover.
 * `emptied`: costs (g) that were taken back, by n, while a rebate since had emptied the value. `found_less`: of g's part the stock had
 * only `found`, with what rebates between that stood then (`later_rebate`) had taken, for the last ones had taken first: what is
 * missing must not come again with the rebate.
 * `least`: what is there now of each (s); `missing`: what was missing of those costs, `lost`: as parts of the rebate (e2).
 * `still_there`: what is there now of the `put` of a posting in a product (e2). Each minimum is taken once: a note has 990 lines.
 */
export const costStillThere = (costs: string): string => `cost_group as materialized (
    select max(id) as id, posting, product, max(after_e4) as after_e4, sum(abs(value_e2 - passed_e2)) as put, max(value_e2) < 0 as is_rebate
    from ${costs} where after_e4 > 0 group by posting, product
  ),
  emptied as materialized (
    select c.id as rebate, c.product, max(g.id) as g, max(g.after_e4) as after_e4, sum(abs(g.value_e2 - g.passed_e2)) as put, min(n.id) as n,
      sum(n.passed_e2 - n.value_e2) as e2
    from cost_group c cross join movements n indexed by movements_by_product
      on n.company = ?1 and n.product = c.product and n.id > c.id and n.quantity_e4 = 0 and n.value_e2 < 0
    cross join movements g on g.id = n.undoes and g.quantity_e4 = 0 and g.id < c.id
    where c.is_rebate and n.after_e2 = 0 and n.after_e4 > 0
    group by c.id, g.posting
  ),
  later_rebate as materialized (
    select c.rebate, h.id, h.passed_e2 - h.value_e2 as e2, (
      select min(r.id) from movements r indexed by movements_of_late_costs where r.company = ?1 and r.undoes = h.id and r.quantity_e4 = 0) as ended
    from (select distinct rebate, product from emptied) c cross join movements h indexed by movements_by_product
      on h.company = ?1 and h.product = c.product and h.id > c.rebate and h.quantity_e4 = 0 and h.value_e2 < 0
    cross join movements a on a.id = h.undoes and a.quantity_e4 <> 0
  ),
  found_less as materialized (
    select rebate, g, id as n, e2 + taken as found from (
      select rebate, g, id, e2, sum(iif(g is null, e2, 0)) over (partition by rebate order by id) as taken from (
        select rebate, g, n as id, e2 from emptied
        union all select rebate, null, id, e2 from later_rebate
        union all select rebate, null, ended, -e2 from later_rebate where ended is not null
      )
    ) where g is not null
  ),
  there (cost, product, id, q, s) as (
    select id, product, id, after_e4, put from (
      select id, product, after_e4, put from cost_group
      union select g, product, after_e4, put from emptied)
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
  least as materialized (select cost, min(s) as s from there group by cost),
  missing as materialized (
    select rebate, n, least - found as less from (
      select f.rebate, f.n, f.found, min(t.s) as least from found_less f cross join there t on t.cost = f.g and t.id < f.n group by f.rebate, f.g, f.n
    ) where least > found
  ),
  lost as materialized (
    select rebate, sum(${mulDiv("(select x.less as a, x.put as b, x.s as d)")}) as e2 from (
      select l.rebate, l.less, c.put, then_there.s from missing l cross join cost_group c on c.id = l.rebate
      cross join (
        select l.rebate, l.n, min(t.s) as s from (select distinct rebate, n from missing) l
        cross join there t on t.cost = l.rebate and t.id < l.n group by l.rebate, l.n
      ) as then_there on then_there.rebate = l.rebate and then_there.n = l.n
    ) as x group by rebate
  ),
  still_there (posting, product, put, e2) as materialized (
    select c.posting, c.product, c.put, ${mulDiv("(select l.s as a, c.put as d, max(c.put - coalesce((select e2 from lost where rebate = c.id), 0), 0) as b)")}
    from cost_group c cross join least l on l.cost = c.id where l.s > 0
  )`;

/** SQL of what is still there (1/10²; from 0) of a late cost `v` of `costs`: its part of its posting's. */
export const stillThere = (v: string): string => `coalesce((
    select ${mulDiv(`(select abs(${v}.value_e2 - ${v}.passed_e2) as a, t.e2 as b, t.put as d)`)}
    from still_there t where t.posting = ${v}.posting and t.product = ${v}.product), 0)`;
