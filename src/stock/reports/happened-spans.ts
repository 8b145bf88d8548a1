import type { Ports } from "../../ports/ports.ts";
import { FROM_TIME, IN_TIME } from "../found-movements.ts";
import { SPAN_MS, type Span } from "../spans.ts";

/** Movements that one statement reads. */
const ROWS = 20_000;
/** How far the date of a note may lie after its posting: the tax office takes none of later than some minutes ahead. */
const AHEAD_MS = 2 * 86_400_000;

type Needs = Pick<Ports, "reader" | "yieldToEventLoop">;

/**
 * The sums of the movements that happened in [from, until) (ms UTC, whole spans), by the span in which they happened, without an
 * order; `spansOf` has those that were written then. An exit counts what it took of the stock's value, for it mostly has no cost of its own. What happened since `from` was written since then too, so that only these
 * movements are read, by their index and about `rowsOfOne` at a time: an upload pays for no second sum.
 */
export async function happenedSpans(
  ports: Needs,
  company: number,
  from: number,
  until: number,
  signal?: AbortSignal,
  rowsOfOne = ROWS,
): Promise<Span[]> {
  const spans: Span[] = [];
  for (let at: number | null = from - AHEAD_MS; at !== null; ) {
    const next: number | null = await pageEnd(ports, company, at, rowsOfOne, signal);
    const rows = await ports.reader.rows(
      {
        sql: SUMS,
        args: [company, at, next ?? Number.MAX_SAFE_INTEGER, from, until],
      },
      signal,
    );
    for (const row of rows)
      spans.push({
        start: Number(row.span) * SPAN_MS,
        entries: Number(row.entries),
        entered_e4: Number(row.entered_e4),
        left_e4: Number(row.left_e4),
        entered_e2: Number(row.entered_e2),
        left_e2: Number(row.left_e2),
      });
    at = next;
    if (at !== null) await ports.yieldToEventLoop();
  }
  return spans;
}

/** The time before which about `rowsOfOne` movements were written since `at`; null: fewer are left. Movements of one time stay together. */
async function pageEnd(
  ports: Pick<Needs, "reader">,
  company: number,
  at: number,
  rowsOfOne: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const [row] = await ports.reader.rows(
    {
      sql: `select first.created_at as at from ${FROM_TIME}
        where first.company = ?1 and ${IN_TIME} and first.created_at >= ?2 order by first.created_at limit 1 offset ?3`,
      args: [company, at, rowsOfOne],
    },
    signal,
  );
  return row === undefined ? null : Math.max(Number(row.at), at + 1);
}

/** A posting counts once as an entry, as in the sums of what was written. */
const SUMS = `select m.happened_at / ${SPAN_MS} as span, count(distinct iif(m.quantity_e4 > 0, m.posting, null)) as entries,
    total(max(m.quantity_e4, 0)) as entered_e4, total(max(-m.quantity_e4, 0)) as left_e4,
    total(iif(m.quantity_e4 > 0, m.cost_e2, 0)) as entered_e2, total(iif(m.quantity_e4 < 0, -m.value_e2, 0)) as left_e2
  from ${FROM_TIME}
  where first.company = ?1 and ${IN_TIME} and first.created_at >= ?2 and first.created_at < ?3
    and m.happened_at >= ?4 and m.happened_at < ?5
  group by 1`;
