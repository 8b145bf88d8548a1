import { bumpTagIfChanged } from "../../journal/record.ts";
import { values } from "../../journal/values.ts";
import type { Guard, Row, Statement, Value } from "../../ports/sql.ts";
import { IS_FIRST } from "../found-movements.ts";
import { forgetCosts, JUST_CHANGED } from "../last-cost.ts";
import { keepLots } from "../lots/keep-lots.ts";
import { addToSpan } from "../spans.ts";
import { balancesAfter } from "./balances.ts";
import { countedAfterDate } from "./counted-over.ts";
import type { ManualMovement } from "./movement.ts";
import { STEP_FIGURES, stepPlace, valuationSteps } from "./valued-fold.ts";

/** Most movements of one batch. */
export const MOST_LINES = 500;

/** Why a line of a batch cannot be written. */
export const LINE_FAULTS = ["product", "counted", "stock", "lot"] as const;
export type LineFault = (typeof LINE_FAULTS)[number];

/** A line that the database has refused: its number from 0, why, and what there is (1/10⁴) of the product or of its lot. */
export interface RefusedLine {
  readonly n: number;
  readonly fault: LineFault;
  readonly here_e4: number;
}

/** The movements of these postings, by the unique index; ?1 company, ?2 the JSON of their origins and postings. */
const BATCH_MADE = `+company = ?1 and id in (
  select made.id from json_each(?2) as key cross join movements made indexed by movements_once
    on made.company = ?1 and made.origin = key.value ->> 0 and made.origin_ref = key.value ->> 1 and made.${IS_FIRST})`;

/** The condition that finds the movements of a batch once they are written, with its parameters. */
export const madeBy = (movements: readonly ManualMovement[]): Guard => ({
  sql: BATCH_MADE,
  args: [
    movements[0]?.company ?? 0,
    JSON.stringify(movements.map(({ origin, posting }) => [origin, posting])),
  ],
});

/**
 * Statements of a batch of manual movements of one company and moment: all or none. The entries of a product come before its
 * exits, so that a line may take what another line brings; each line is a posting of its own and can be taken back alone.
 * The first statement returns the lines that must be refused (`refusedLines`), and where there is one nothing is changed; the
 * second the id and the posting of each movement. A lot of an exit that the product never had, and that no line brings, is no
 * lot: the form of S.G.E. keeps the text of the line before.
 */
export function movementBatch(movements: readonly ManualMovement[]): Statement[] {
  const [first] = movements;
  if (first === undefined) return [];
  const { company, userId, at, day } = first;
  const head: Value[] = [company, userId, at];
  const rows = values(
    movements.map((m, n) => [
      n,
      m.product,
      m.quantity_e4,
      m.cost_e2,
      m.lot,
      m.expiresOn,
      m.origin,
      m.reference,
      m.notes,
      m.posting,
      m.happenedAt,
    ]),
    head.length,
  );
  const args = [...head, ...rows.args];
  const made = madeBy(movements);
  const exits = movements.filter(({ quantity_e4 }) => quantity_e4 < 0);
  const entries = movements.filter(({ quantity_e4 }) => quantity_e4 > 0);
  return [
    {
      sql: `with ${given(rows.sql)}, ${REFUSED} select n, fault, here_e4 from refused order by n`,
      args,
    },
    {
      sql: `with recursive ${given(rows.sql)}, ${REFUSED},
        line as materialized (
          select n, product, q, iif(q > 0, cost_e2, null) as c, 0 as u, ${stepPlace()}
          from given where not exists (select 1 from refused)
        ),
        ${valuationSteps()}
        insert into movements (company, product, type, quantity_e4, cost_e2, lot, expires_on, origin, origin_ref, reference, notes,
          posting, user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2)
        select ?1, f.product, case when f.q > 0 then 'ENTRADA' else 'SAIDA' end, f.q, g.cost_e2, g.lot, g.expires_on, g.origin,
          g.posting, g.reference, g.notes, g.posting, ?2, ?3, g.happened_at, ${STEP_FIGURES}
        from fold f cross join given g on g.n = f.n order by f.q < 0, f.n
        returning id, posting`,
      args,
    },
    { sql: balancesAfter(made.sql, "?3"), args: [...made.args, at] },
    ...keepLots({
      movements: made,
      day,
      has: {
        entries: entries.some(({ lot }) => lot !== null),
        namedExits: exits.some(({ lot }) => lot !== null),
        exits: exits.length > 0,
      },
    }),
    {
      sql: `update products set (last_cost_e2, last_cost_quantity_e4, updated_at) = (
          select cost_e2, quantity_e4, created_at from movements where ${costed(made.sql)} and product = products.code
          order by id desc limit 1)
        where company = ?1 and code in (select product from movements where ${costed(made.sql)})`,
      args: made.args,
    },
    bumpTagIfChanged(company, "products"),
    {
      sql: forgetCosts(`select product from movements where ${costed(made.sql)}`, JUST_CHANGED),
      args: made.args,
    },
    addToSpan(
      { company, origin: "MANUAL", at, amounts: movements, postings: entries.length },
      { sql: `select 1 from movements where ${made.sql}`, args: made.args },
    ),
  ];
}

/** The entries of a batch that tell a cost. */
const costed = (made: string): string => `${made} and quantity_e4 > 0 and cost_e2 > 0`;

/** The lines that the first statement of `movementBatch` has returned. */
export const refusedLines = (rows: readonly Row[]): RefusedLine[] =>
  rows.flatMap((row) => {
    const fault = LINE_FAULTS.find((name) => name === row.fault);
    return fault === undefined
      ? []
      : [{ n: Number(row.n), fault, here_e4: Number(row.here_e4 ?? 0) }];
  });

const given = (rows: string): string => `
  sent (n, product, q, cost_e2, lot, expires_on, origin, reference, notes, posting, happened_at) as (${rows}),
  given as materialized (
    select n, product, cast(q as integer) as q, cast(cost_e2 as integer) as cost_e2, lot, expires_on, origin, reference, notes,
      posting, cast(happened_at as integer) as happened_at from sent
  )`;

/** Before the exit `g`: what the entries of the batch bring, and what exits of earlier lines take, by a condition on `o`. */
const moved = (same: string): string => `coalesce((select sum(o.q) from given o
  where o.product = g.product and (o.q > 0 or o.n < g.n) and ${same}), 0)`;

/** Lots have their text without blanks around it. Of one text the expiry counts where the line names it. */
const OF_LOT =
  "trim(o.lot) = trim(g.lot) and (g.expires_on is null or o.q < 0 and o.expires_on is null or o.expires_on = g.expires_on)";
const LOT_HERE = `select sum(b.quantity_e4) from lot_balances b where b.company = ?1 and b.product = g.product
  and b.lot = trim(g.lot) and (g.expires_on is null or b.expires_on = g.expires_on)`;
const LOT_KNOWN = `(exists (select 1 from lot_balances b where b.company = ?1 and b.product = g.product and b.lot = trim(g.lot))
  or exists (select 1 from given o where o.q > 0 and o.product = g.product and trim(o.lot) = trim(g.lot)))`;

/** One fault for each line, the first that holds; `here_e4` is what the line could take. */
const REFUSED = `seen as materialized (
    select g.n, g.q, g.lot, p.code is not null as is_known,
      g.happened_at < ?3 and ${countedAfterDate("?1", "g.product", "g.happened_at")} as is_counted,
      iif(g.q < 0, coalesce(b.quantity_e4, 0) + ${moved("true")}, 0) as here_e4,
      iif(g.q < 0 and trim(g.lot) <> '' and ${LOT_KNOWN}, coalesce((${LOT_HERE}), 0) + ${moved(OF_LOT)}, null) as lot_e4
    from given g
    left join products p on p.company = ?1 and p.code = g.product and p.active = 1
    left join balances b on b.company = ?1 and b.product = g.product
  ),
  refused as materialized (
    select n, case when not is_known then 'product' when is_counted then 'counted'
        when q < 0 and here_e4 + q < 0 then 'stock' else 'lot' end as fault,
      iif(q < 0 and here_e4 + q < 0, here_e4, lot_e4) as here_e4
    from seen where not is_known or is_counted or q < 0 and (here_e4 + q < 0 or lot_e4 + q < 0)
  )`;
