import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { appendEvents, bumpTags } from "../../journal/record.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import { IS_FIRST } from "../found-movements.ts";
import { keepLots, NEVER } from "../lots/keep-lots.ts";
import { appendMovedActivating } from "../posting/append-moved.ts";
import { balancesAfter } from "../posting/balances.ts";
import { COUNT_ORIGIN } from "../posting/movement.ts";
import { STEP_FIGURES, stepPlace, valuationSteps } from "../posting/valued-fold.ts";
import { addMovementsToSpan } from "../spans.ts";
import { counted, LAST_CODE, notCounted } from "./differences.ts";

/** The part of a close that one batch makes: the products whose codes are after `from`, up to `to`. */
export interface Slice {
  readonly company: number;
  readonly count: string;
  /** Unique id of the batch: the posting of its movements. */
  readonly token: string;
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** The company's day of `at`, YYYY-MM-DD. */
  readonly day: string;
  /** What becomes of products without a line. */
  readonly missing: "keep" | "zero";
}

/** Selects a row only in the batch that has taken the slice. */
export const sliceTaken = ({ company, count, token }: Slice): Guard => ({
  sql: "select 1 from stock_counts where company = ?1 and id = ?2 and slice = ?3",
  args: [company, count, token],
});

/** ?1 company, ?2 count, ?3 after, ?4 up to, ?5 token, ?6 instant. */
const argsOf = ({ company, count, from, to, token, at }: Slice): Value[] => [
  company,
  count,
  from,
  to,
  token,
  at,
];
const TAKEN = "exists (select 1 from stock_counts where company = ?1 and id = ?2 and slice = ?5)";
const MADE = `company = ?1 and origin = '${COUNT_ORIGIN}' and origin_ref > ?2 || '#' || ?3 and origin_ref < ?2 || '#' || ?4 || char(10)
  and ${IS_FIRST} and posting = ?5`;

/**
 * Statements that make a slice's movements, with balances, values, sums and events; for the batch whose first statement has
 * taken the slice. A surplus enters and a shortage leaves at the average; the last slice tells that the count is closed.
 */
export function sliceStatements(slice: Slice): Statement[] {
  const { company, count, at, to } = slice;
  const args = argsOf(slice);
  const guard = sliceTaken(slice);
  return [
    { sql: insertMovements(slice.missing), args },
    { sql: balancesAfter(MADE, "?6"), args },
    // Beside the lots that lines name, a shortage takes what expires first, and a surplus is of no lot.
    ...keepLots({
      movements: { sql: MADE, args: args.slice(0, 5) },
      day: slice.day,
      has: { entries: true, namedExits: true, exits: true },
    }),
    { sql: markCounted(slice.missing), args },
    addMovementsToSpan(company, at, { sql: MADE, args }),
    appendSelectedEvents(company, at, {
      sql: `select 'stock.low' as type, json_object('product_code', m.product) as payload
        from (select product, sum(quantity_e4) as quantity_e4 from movements where ${MADE} and quantity_e4 < 0 group by product) as m
        cross join products p on p.company = ?1 and p.code = m.product
        cross join balances b on b.company = ?1 and b.product = m.product
        where b.quantity_e4 < p.min_stock_e4 and b.quantity_e4 - m.quantity_e4 >= p.min_stock_e4`,
      args: args.slice(0, 5),
    }),
    ...appendMovedActivating(
      at,
      { type: "count.moved", payload: { count_id: count } },
      { company, origins: [COUNT_ORIGIN], refs: [`${count}#`, `${count}$`], posting: slice.token },
      { sql: `select 1 from movements where ${MADE}`, args: args.slice(0, 5) },
    ),
    ...(to === LAST_CODE
      ? [appendEvents(company, at, [{ type: "count.closed", payload: { count_id: count } }], guard)]
      : []),
    bumpTags(company, ["stock"], guard),
  ];
}

/** The products of the slice, with what each has to move and the moment that it is dated. */
const found = (missing: Slice["missing"]) => `
  select product, counted_e4 - expected_e4 as q, counted_at, after_id from (${counted()})
  ${missing === "zero" ? `union all select product, -quantity_e4, ?6, null from (${notCounted()})` : ""}`;

/**
 * CTEs: `line` has the movements, one for each product that differs, or several where its lines name lots: the difference goes first
 * to the lots that differ in its direction (counted of the lot, less what the lot had at the moment of the product's last line).
 */
const movements = (missing: Slice["missing"]) => `
  difference as materialized (select * from (${found(missing)}) where q <> 0 and ${TAKEN}),
  named as materialized (
    select product, trim(lot) as lot, sum(quantity_e4) as counted_e4 from count_lines indexed by count_lines_with_lot
    where company = ?1 and count = ?2 and product is not null and lot is not null and undone_at is null and product > ?3 and product <= ?4
    group by 1, 2
  ),
  of_lot as (
    select d.product, n.lot, d.q as total, n.counted_e4
      - coalesce((select sum(b.quantity_e4) from lot_balances b where b.company = ?1 and b.product = d.product and b.lot = n.lot), 0)
      + coalesce((select sum(t.quantity_e4) from lot_movements t
        where t.company = ?1 and t.product = d.product and t.movement > d.after_id and t.lot = n.lot), 0) as q
    from named n cross join difference d on d.product = n.product
  ),
  part as materialized (
    select product, lot, sign(total) * min(abs(q), abs(total) - before) as q from (
      select *, sum(abs(q)) over (partition by product order by lot) - abs(q) as before from of_lot where sign(q) = sign(total))
    where before < abs(total)
  ),
  line as materialized (
    select row_number() over (order by product, lot) as n, product, lot, q, null as c, 0 as u, counted_at,
      ${stepPlace("product", "lot")}
    from (
      select d.product, null as lot, d.counted_at,
        d.q - coalesce((select sum(part.q) from part where part.product = d.product), 0) as q
      from difference d
      union all
      select part.product, part.lot, d.counted_at, part.q from part cross join difference d on d.product = part.product
    ) where q <> 0
  )`;

/** A lot of a surplus has the expiry that it has had; a text with several has the last of them. */
const EXPIRY = `iif(l.q > 0 and l.lot is not null, (select nullif(max(b.expires_on), '${NEVER}') from lot_balances b
  where b.company = ?1 and b.product = l.product and b.lot = l.lot), null)`;

const insertMovements = (missing: Slice["missing"]) => `
  with recursive ${movements(missing)},
  ${valuationSteps()}
  insert into movements (company, product, type, quantity_e4, lot, expires_on, origin, origin_ref, reference, notes, posting, user_id,
    created_at, happened_at, value_e2, passed_e2, after_e4, after_e2)
  select ?1, f.product, iif(f.q > 0, 'ENTRADA', 'SAIDA'), f.q, l.lot, ${EXPIRY}, '${COUNT_ORIGIN}',
    ?2 || '#' || f.product || coalesce(char(9) || l.lot, ''), ?2, c.reason, ?5, c.ended_by, ?6, l.counted_at, ${STEP_FIGURES}
  from stock_counts c cross join fold f cross join line l on l.product = f.product and l.step = f.step
  where c.company = ?1 and c.id = ?2
  order by f.product, f.step`;

/** The moment that the count has settled: earlier dates, and what was written before it, are closed (counted-over.ts). */
const markCounted = (missing: Slice["missing"]) => `
  insert into balances (company, product, quantity_e4, updated_at, counted_at, counted_id)
  select ?1, product, 0, ?6, counted_at, coalesce(after_id, (select max(id) from movements))
  from (${counted()}) where ${TAKEN}
  ${
    missing === "zero"
      ? `union all select ?1, product, 0, ?6, ?6, id from movements where ${MADE}
        and not exists (select 1 from count_lines l indexed by count_lines_by_product where l.company = ?1 and l.count = ?2
          and l.product = movements.product and l.undone_at is null)`
      : ""
  }
  on conflict do update set counted_at = max(coalesce(counted_at, 0), excluded.counted_at),
    counted_id = max(coalesce(counted_id, 0), excluded.counted_id)`;
