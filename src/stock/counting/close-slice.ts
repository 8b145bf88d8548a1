import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { appendEvents, bumpTags } from "../../journal/record.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import { balancesAfter } from "../balances.ts";
import { keepLots } from "../lots/keep-lots.ts";
import { COUNT_ORIGIN } from "../movement.ts";
import { addMovementsToSpan } from "../spans.ts";
import { STEP_FIGURES, valuationSteps } from "../valued-fold.ts";
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
const MADE = `company = ?1 and origin = '${COUNT_ORIGIN}' and origin_ref > ?2 || '#' || ?3 and origin_ref <= ?2 || '#' || ?4
  and posting = ?5`;

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
    // A shortage takes what expires first; a surplus is of no lot.
    ...keepLots({
      movements: { sql: MADE, args: args.slice(0, 5) },
      day: slice.day,
      has: { entries: false, namedExits: false, exits: true },
    }),
    { sql: markCounted(slice.missing), args },
    addMovementsToSpan(company, at, { sql: MADE, args }),
    appendSelectedEvents(company, at, {
      sql: `select 'stock.low' as type, json_object('product_code', m.product) as payload
        from (select product, quantity_e4 from movements where ${MADE} and quantity_e4 < 0) as m
        cross join products p on p.company = ?1 and p.code = m.product
        cross join balances b on b.company = ?1 and b.product = m.product
        where b.quantity_e4 < p.min_stock_e4 and b.quantity_e4 - m.quantity_e4 >= p.min_stock_e4`,
      args: args.slice(0, 5),
    }),
    ...(to === LAST_CODE
      ? [appendEvents(company, at, [{ type: "count.closed", payload: { count_id: count } }], guard)]
      : []),
    bumpTags(company, ["stock", "dashboard"], guard),
  ];
}

/** The products of the slice, with what each has to move and the moment that it is dated. */
const found = (missing: Slice["missing"]) => `
  select product, counted_e4 - expected_e4 as q, counted_at, after_id from (${counted()})
  ${missing === "zero" ? `union all select product, -quantity_e4, ?6, null from (${notCounted()})` : ""}`;

const insertMovements = (missing: Slice["missing"]) => `
  with recursive line as materialized (
    select row_number() over (order by product) as n, product, q, null as c, 0 as u, 1 as k, counted_at
    from (${found(missing)}) where q <> 0 and ${TAKEN}
  ),
  ${valuationSteps()}
  insert into movements (company, product, type, quantity_e4, origin, origin_ref, reference, notes, posting, user_id,
    created_at, happened_at, value_e2, passed_e2, after_e4, after_e2)
  select ?1, f.product, iif(f.q > 0, 'ENTRADA', 'SAIDA'), f.q, '${COUNT_ORIGIN}', ?2 || '#' || f.product, ?2, c.reason, ?5, c.ended_by,
    ?6, l.counted_at, ${STEP_FIGURES}
  from stock_counts c cross join fold f cross join line l on l.product = f.product and f.k = 1
  where c.company = ?1 and c.id = ?2
  order by f.product`;

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
