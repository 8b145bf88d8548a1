import type { Guard, Ports, Statement } from "../ports.ts";

/** A quarter of an hour: the offsets of all time zones are whole ones, so their days are too. */
export const SPAN_MS = 900_000;

/** What the ledger did in a span. Sums over products of all units; not signed. */
export interface Span {
  /** When it begins, milliseconds UTC. */
  readonly start: number;
  /** Postings that brought something in. */
  readonly entries: number;
  /** 1/10⁴. */
  readonly entered_e4: number;
  readonly left_e4: number;
  /** 1/10²: what the movements themselves tell, never today's prices (F17). */
  readonly entered_e2: number;
  readonly left_e2: number;
}

interface Amount {
  /** Signed, 1/10⁴. */
  readonly quantity_e4: number;
  /** Signed, 1/10²; null: not told. */
  readonly cost_e2: number | null;
}

const MOST = Number.MAX_SAFE_INTEGER;

/**
 * The statement that adds one posting, made at `at`, to the sums of its span; for the batch of its movements, under the
 * same guard. So a chart of a month reads some hundred rows, however many movements there were.
 */
export function addToSpan(
  company: number,
  at: number,
  amounts: readonly Amount[],
  guard: Guard,
): Statement {
  const n = guard.args.length;
  const sum = (sign: 1 | -1, value: (amount: Amount) => number | null) => {
    let total = 0;
    for (const amount of amounts)
      if (amount.quantity_e4 * sign > 0) total += Math.abs(value(amount) ?? 0);
    return Math.min(total, MOST);
  };
  const entered_e4 = sum(1, ({ quantity_e4 }) => quantity_e4);
  return {
    sql: `insert into ledger_spans (company, span, entries, entered_e4, entered_e2, left_e4, left_e2)
      select ?${n + 1}, ?${n + 2}, ?${n + 3}, ?${n + 4}, ?${n + 5}, ?${n + 6}, ?${n + 7} where exists (${guard.sql})
      on conflict do update set entries = entries + excluded.entries,
        entered_e4 = min(entered_e4 + excluded.entered_e4, ${MOST}),
        entered_e2 = min(entered_e2 + excluded.entered_e2, ${MOST}),
        left_e4 = min(left_e4 + excluded.left_e4, ${MOST}),
        left_e2 = min(left_e2 + excluded.left_e2, ${MOST})`,
    args: [
      ...guard.args,
      company,
      Math.floor(at / SPAN_MS),
      entered_e4 > 0 ? 1 : 0,
      entered_e4,
      sum(1, ({ cost_e2 }) => cost_e2),
      sum(-1, ({ quantity_e4 }) => quantity_e4),
      sum(-1, ({ cost_e2 }) => cost_e2),
    ],
  };
}

/** The spans of a company in [from, until), milliseconds UTC at whole spans, in order; those without a movement are absent. */
export async function spansOf(
  ports: Pick<Ports, "reader">,
  company: number,
  from: number,
  until: number,
  signal?: AbortSignal,
): Promise<Span[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select span, entries, entered_e4, entered_e2, left_e4, left_e2 from ledger_spans
        where company = ?1 and span >= ?2 and span < ?3 order by span`,
      args: [company, from / SPAN_MS, until / SPAN_MS],
    },
    signal,
  );
  return rows.map((row) => ({
    start: Number(row.span) * SPAN_MS,
    entries: Number(row.entries),
    entered_e4: Number(row.entered_e4),
    left_e4: Number(row.left_e4),
    entered_e2: Number(row.entered_e2),
    left_e2: Number(row.left_e2),
  }));
}
