import { LAST_COST_E2, LAST_COST_QUANTITY_E4 } from "../last-cost.ts";
import { mulDiv } from "./mul-div.ts";

/*
 * The value of the stock by moving average (NBC TG 16, item 25), in the order of writing. A product's state is its quantity Q
 * (1/10⁴) and its value V (1/10²); Q = 0 has V = 0, and V never has the other sign than Q. A movement has a signed quantity q
 * and the value c that it comes with, NULL where none is given; q = 0 is a late cost about u units. In the SQL q0 and v0 are Q and V
 * before the step. The rules, for a step:
 *
 * - an exit, or an entry without a value of its own: at the average, from Q = 0 at the last cost;
 * - an entry with a value: it adds; where goods are owed (Q < 0) the debt falls at its own estimate, and what is over has its
 *   true cost;
 * - an entry taken back (q < 0 with c): exactly what it brought while Q and V stay above 0, all where nothing is left, else at
 *   the average;
 * - a late cost: the share of what is still here.
 *
 * What takes others back has a value c too, and for `back` also:
 *
 * - goods that come back, of which u had left below zero (then `above` is the value of the others): what of u no longer is owed comes at
 *   the average, from Q ≤ 0 at the last cost: c was an estimate, and what came in later has passed its cost on. None known: at c;
 * - a late cost taken back, of which u is still in the stock (cost-still-there.ts): u.
 *
 * What a movement brings or takes (`value`) and does not stay in stock is `passed`: after = before + value − passed.
 */

/**
 * Whether goods of the step of `line`, on the quantity `q` before it, come back that had left below zero and are not owed any more;
 * `lastQuantity` is the column of the last cost.
 */
const settled = (line: string, q: string, lastQuantity: string): string =>
  `${line}.q > 0 and ${line}.u > 0 and ${line}.u + min(${q}, 0) > 0 and (${q} > 0 or ${lastQuantity} is not null)`;

/** What V is after the step of a row of `fold`; `quotient` is the one that the step needs, 0 where it needs none. */
const after = (back: boolean): string => `case
  ${back ? `when ${settled("f", "f.q0", "f.last_e4")} then max(f.v0, 0) + f.above + f.quotient` : ""}
  when f.q = 0 then iif(f.q0 > 0, max(f.v0 + sign(f.c) * f.quotient, 0), f.v0)
  when f.c is null then f.v0 + sign(f.q) * f.quotient
  when f.q > 0 then case when f.q0 >= 0 then f.v0 + f.c when f.q0 + f.q <= 0 then f.v0 + f.quotient else f.c - f.quotient end
  when f.q0 = 0 then f.c
  when f.q0 + f.q = 0 then 0
  when f.exact and f.q0 + f.q > 0 and f.v0 + f.c > 0 then f.v0 + f.c
  else f.v0 - f.quotient end`;

const VALUE = "iif(f.c is null, sign(f.q) * f.quotient, f.c)";

/** What the step brings or takes. */
const value = (back: boolean): string =>
  back
    ? `case when ${settled("f", "f.q0", "f.last_e4")} then max(f.v0, 0) + f.above + f.quotient - f.v0 else ${VALUE} end`
    : VALUE;

/**
 * The quotient of the step of `l` on the state (q, v) before it: none, at the average, at the last cost, or a share. `of` has the
 * last cost (last_e2, last_e4) and `exact`.
 */
const quotient = (of: string, back: boolean): string => {
  const isSettled = settled("l", "before.q", `${of}.last_e4`);
  const when = (figure: string) => (back ? `when ${isSettled} then ${figure}` : "");
  return `case
  ${back ? "when l.q = 0 then l.u" : ""}
  when l.c is not null and (l.q > 0 and before.q >= 0 ${back ? `and not (${isSettled})` : ""} or l.q < 0 and (before.q = 0
    or before.q + l.q = 0 or ${of}.exact and before.q + l.q > 0 and before.v + l.c > 0)) then 0
  when l.c is null and before.q = 0 and ${of}.last_e4 is null then 0
  else ${mulDiv(`(select
    case ${when(`iif(before.q > 0, before.v, ${of}.last_e2)`)}
      when l.q = 0 then abs(l.c) when l.c is not null and l.q > 0 and before.q + l.q > 0 then l.c
      when before.q = 0 then coalesce(${of}.last_e2, 0) else abs(before.v) end as a,
    case ${when("l.u + min(before.q, 0)")}
      when l.q = 0 then min(max(before.q, 0), l.u) when l.c is not null and l.q > 0 and before.q + l.q > 0 then -before.q
      else abs(l.q) end as b,
    case ${when(`iif(before.q > 0, before.q, ${of}.last_e4)`)}
      when l.q = 0 then l.u when l.c is not null and l.q > 0 and before.q + l.q > 0 then l.q
      when before.q = 0 then ${of}.last_e4 else abs(before.q) end as d)`)} end`;
};

/** Without indentation: a longer text is not kept prepared for as many items (KEPT_LENGTH). No text here has a comment or a literal with blanks. */
const oneLine = (sql: string): string => sql.replaceAll(/\s+/g, " ");

/** The parts of the statements, made once: `first` and `next` are the quotients of a product's first step and of a further one. */
const partsOf = (back: boolean) => ({
  first: oneLine(quotient("l", back)),
  next: oneLine(quotient("f", back)),
  after: oneLine(after(back)),
  value: oneLine(value(back)),
});
const PLAIN = partsOf(false);
const WITH_BACK = partsOf(true);

/** Whether reversals may be exact: their product stands above 0, or at 0, after all of them together. */
const WHOLE = `(select l.q0 + sum(q) = 0 or l.q0 + sum(q) > 0 and l.v0 + sum(iif(q = 0, sign(c) * u, c)) > 0
  from line where line.product = l.product)`;

/**
 * CTEs that value the movements of a batch: `fold` has a row for each step with the columns product, step, n, those that are `carried`
 * from `line`, and, by `STEP_FIGURES`, the figures of a movement's row. They follow a CTE `line` with the columns n (order within
 * the document), product, q, c, u, step: the place among the product's steps, from 1, entries before exits, so that nothing is below
 * zero on the way that is not at the end, and `more`: whether a step follows (`stepPlace`). ?1 is the company. `back`: some
 * lines, or all, take movements back, and `line` has `above` too. The first step of a product reads its balance; only a product with more
 * of them is looked up again.
 */
export const valuationSteps = ({
  back = "none",
  carried: others = [],
}: {
  back?: "none" | "some" | "all";
  carried?: readonly string[];
} = {}): string => {
  const brings = back !== "none";
  const carried = brings ? ["above", ...others] : others;
  const also = carried.map((column) => `, ${column}`).join("");
  const ofLine = carried.map((column) => `, l.${column}`).join("");
  const { first, next, after } = brings ? WITH_BACK : PLAIN;
  return `fold (product, step, n, more, q0, v0, q, c, u, quotient, last_e2, last_e4, exact${also}) as (
  select l.product, 1, l.n, l.more, l.q0, l.v0, l.q, l.c, l.u,
    (select ${first} from (select l.q0 as q, l.v0 as v) as before), l.last_e2, l.last_e4, l.exact${ofLine}
  from (
    select l.*, ${back === "all" ? WHOLE : "1"} as exact from (
      select l.*, coalesce(b.quantity_e4, 0) as q0, coalesce(b.value_e2, 0) as v0, ${LAST_COST_E2} as last_e2,
        ${LAST_COST_QUANTITY_E4} as last_e4
      from line l
      left join balances b on b.company = ?1 and b.product = l.product
      left join products p on p.company = ?1 and p.code = l.product
      where l.step = 1
    ) as l
  ) as l
  union all
  select l.product, l.step, l.n, l.more, f.q0 + f.q, ${after}, l.q, l.c, l.u,
    (select ${next} from (select f.q0 + f.q as q, ${after} as v) as before), f.last_e2, f.last_e4, f.exact${ofLine}
  from fold f cross join line l on l.product = f.product and l.step = f.step + 1
  where f.more)`;
};

/** A REAL is beyond 2⁶³: as the largest integer it is refused by the table's CHECK, as every figure beyond 2⁵³ is. */
const whole = (figure: string) => `cast(${figure} as integer)`;

const figures = ({ value, after }: typeof PLAIN): string =>
  [value, `f.v0 + ${value} - ${after}`, "f.q0 + f.q", after].map(whole).join(", ");

/** Of a row of `fold f`: value_e2, passed_e2, after_e4, after_e2; the second where lines take movements `back`. */
export const STEP_FIGURES = figures(PLAIN);
export const BACK_FIGURES = figures(WITH_BACK);

/** `step` and `more` for the CTE `line`, over a column of the product and the order of its steps. */
export const stepPlace = (product = "product", order = "q < 0, n"): string => {
  const steps = `over (partition by ${product} order by ${order})`;
  return `row_number() ${steps} as step, lead(1, 1, 0) ${steps} as more`;
};
