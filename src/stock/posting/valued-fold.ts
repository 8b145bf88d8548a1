import { LAST_COST_E2, LAST_COST_QUANTITY_E4 } from "../last-cost.ts";
import { mulDiv } from "./mul-div.ts";

/*
 * The value of the stock by moving average (NBC TG 16, item 25), in the order of writing. A product's state is its quantity Q
 * (1/10⁴) and its value V (1/10²); Q = 0 has V = 0, and V never has the other sign than Q. A movement has a signed quantity q
 * and the value c that it comes with, NULL where none is given; q = 0 is a late cost about u units. The rules, for a step:
 *
 * - an exit, or an entry without a value of its own: at the average, from Q = 0 at the last cost;
 * - an entry with a value: it adds; where goods are owed (Q < 0) the debt falls at its own estimate, and what is over has its
 *   true cost;
 * - an entry taken back (q < 0 with c): exactly what it brought while Q and V stay above 0, all where nothing is left, else at
 *   the average;
 * - a late cost: the share of what is still here.
 *
 * What a movement brings or takes (`value`) and does not stay in stock is `passed`: after = before + value − passed.
 */

/** What V is after the step of a row of `fold`; `p` is the one quotient that the step needs, 0 where it needs none. */
const AFTER = `case
  when f.q = 0 then iif(f.q0 > 0, max(f.v0 + sign(f.c) * f.p, 0), f.v0)
  when f.c is null then f.v0 + sign(f.q) * f.p
  when f.q > 0 then case when f.q0 >= 0 then f.v0 + f.c when f.q0 + f.q <= 0 then f.v0 + f.p else f.c - f.p end
  when f.q0 = 0 then f.c
  when f.q0 + f.q = 0 then 0
  when f.ok and f.q0 + f.q > 0 and f.v0 + f.c > 0 then f.v0 + f.c
  else f.v0 - f.p end`;

/** What the step brings or takes. */
const VALUE = "iif(f.c is null, sign(f.q) * f.p, f.c)";

/**
 * The quotient of the step of `l` on the state (q, v) before it: none, at the average, at the last cost, or a share. `of` has the
 * last cost (l2, l4) and ok.
 */
const quotient = (of: string): string => `case
  when l.c is not null and (l.q > 0 and before.q >= 0 or l.q < 0 and (before.q = 0 or before.q + l.q = 0
    or ${of}.ok and before.q + l.q > 0 and before.v + l.c > 0)) then 0
  when l.c is null and before.q = 0 and ${of}.l4 is null then 0
  else ${mulDiv(`(select
    case when l.q = 0 then abs(l.c) when l.c is not null and l.q > 0 and before.q + l.q > 0 then l.c
      when before.q = 0 then coalesce(${of}.l2, 0) else abs(before.v) end as a,
    case when l.q = 0 then min(max(before.q, 0), l.u) when l.c is not null and l.q > 0 and before.q + l.q > 0 then -before.q
      else abs(l.q) end as b,
    case when l.q = 0 then l.u when l.c is not null and l.q > 0 and before.q + l.q > 0 then l.q
      when before.q = 0 then ${of}.l4 else abs(before.q) end as d)`)} end`;

/** Whether reversals may be exact: their product stands above 0, or at 0, after all of them together. */
const WHOLE = `(select l.q0 + sum(q) = 0 or l.q0 + sum(q) > 0 and l.v0 + sum(c) > 0 from line where line.product = l.product)`;

/**
 * CTEs that value the movements of a batch: `fold` has a row for each step with the columns product, k, n, those that are `carried`
 * from `line`, and, by `STEP_FIGURES`, the figures of a movement's row. They follow a CTE `line` with the columns n (order within
 * the document), product, q, c, u, k: the place among the product's steps, from 1, entries before exits, so that nothing is below
 * zero on the way that is not at the end, and `more`: whether a step follows (`stepPlace`). ?1 is the company. `reversal`: every
 * line takes a movement back. The first step of a product reads its balance; only a product with more of them is looked up again.
 */
export const valuationSteps = ({
  reversal = false,
  carried = [],
}: {
  reversal?: boolean;
  carried?: readonly string[];
} = {}): string => {
  const also = carried.map((column) => `, ${column}`).join("");
  const ofLine = carried.map((column) => `, l.${column}`).join("");
  return `fold (product, k, n, more, q0, v0, q, c, u, p, l2, l4, ok${also}) as (
  select l.product, 1, l.n, l.more, l.q0, l.v0, l.q, l.c, l.u,
    (select ${quotient("l")} from (select l.q0 as q, l.v0 as v) as before), l.l2, l.l4, l.ok${ofLine}
  from (
    select l.*, ${reversal ? WHOLE : "1"} as ok from (
      select l.*, coalesce(b.quantity_e4, 0) as q0, coalesce(b.value_e2, 0) as v0, ${LAST_COST_E2} as l2,
        ${LAST_COST_QUANTITY_E4} as l4
      from line l
      left join balances b on b.company = ?1 and b.product = l.product
      left join products p on p.company = ?1 and p.code = l.product
      where l.k = 1
    ) as l
  ) as l
  union all
  select l.product, l.k, l.n, l.more, f.q0 + f.q, ${AFTER}, l.q, l.c, l.u,
    (select ${quotient("f")} from (select f.q0 + f.q as q, ${AFTER} as v) as before), f.l2, f.l4, f.ok${ofLine}
  from fold f cross join line l on l.product = f.product and l.k = f.k + 1
  where f.more)`;
};

/** A REAL is beyond 2⁶³: as the largest integer it is refused by the table's CHECK, as every figure beyond 2⁵³ is. */
const whole = (figure: string) => `cast(${figure} as integer)`;

/** Of a row of `fold f`: value_e2, passed_e2, after_e4, after_e2. */
export const STEP_FIGURES = [VALUE, `f.v0 + ${VALUE} - ${AFTER}`, "f.q0 + f.q", AFTER]
  .map(whole)
  .join(", ");

/** `k` and `more` for the CTE `line`, over a column of the product and the order of its steps. */
export const stepPlace = (product = "product", order = "q < 0, n"): string => {
  const steps = `over (partition by ${product} order by ${order})`;
  return `row_number() ${steps} as k, lead(1, 1, 0) ${steps} as more`;
};
