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

/** What one posting did. */
export interface SpanPosting {
  readonly company: number;
  /** NFE: a note's. */
  readonly origin: string;
  /** Milliseconds UTC. */
  readonly at: number;
  /** Of each of its movements. */
  readonly amounts: readonly Amount[];
}

const MOST = Number.MAX_SAFE_INTEGER;
const SUMS = ["entered_e4", "entered_e2", "left_e4", "left_e2"] as const;
const COUNTS = ["entries", "notes_in", "notes_out", "others_in", "others_out"] as const;
const ADDED = [
  ...COUNTS.map((name) => `${name} = ${name} + excluded.${name}`),
  ...SUMS.map((name) => `${name} = min(${name} + excluded.${name}, ${MOST})`),
].join(", ");

/**
 * The statement that adds one posting to the sums of its span; for the batch of its movements, under the same guard. So a
 * chart of a month, and the length of a list, read some hundred rows, however many movements there were.
 */
export function addToSpan({ company, origin, at, amounts }: SpanPosting, guard: Guard): Statement {
  const entered = amounts.filter(({ quantity_e4 }) => quantity_e4 > 0);
  const left = amounts.filter(({ quantity_e4 }) => quantity_e4 < 0);
  const isNote = origin === "NFE";
  const added = {
    entries: entered.length > 0 ? 1 : 0,
    notes_in: isNote ? entered.length : 0,
    notes_out: isNote ? left.length : 0,
    others_in: isNote ? 0 : entered.length,
    others_out: isNote ? 0 : left.length,
    entered_e4: sum(entered.map(({ quantity_e4 }) => quantity_e4)),
    entered_e2: sum(entered.map(({ cost_e2 }) => cost_e2)),
    left_e4: sum(left.map(({ quantity_e4 }) => quantity_e4)),
    left_e2: sum(left.map(({ cost_e2 }) => cost_e2)),
  };
  const names = [...COUNTS, ...SUMS];
  const n = guard.args.length;
  return {
    sql: `insert into ledger_spans (company, span, ${names.join(", ")})
      select ?${n + 1}, ?${n + 2}, ${names.map((_, i) => `?${n + 3 + i}`).join(", ")} where exists (${guard.sql})
      on conflict do update set ${ADDED}`,
    args: [...guard.args, company, Math.floor(at / SPAN_MS), ...names.map((name) => added[name])],
  };
}

const sum = (values: readonly (number | null)[]): number =>
  Math.min(
    values.reduce<number>((total, value) => total + Math.abs(value ?? 0), 0),
    MOST,
  );

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

/** What a count of movements may ask for; instants are ms UTC, half-open. */
export interface Counted {
  readonly type?: "ENTRADA" | "SAIDA" | undefined;
  /** Only those of notes. */
  readonly ofNotes: boolean;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** How many movements a company has, by their sums; null where the instants do not stand between two spans. */
export async function countBySpans(
  ports: Pick<Ports, "reader">,
  company: number,
  { type, ofNotes, from = 0, until = MOST - (MOST % SPAN_MS) }: Counted,
  signal?: AbortSignal,
): Promise<number | null> {
  if (from % SPAN_MS !== 0 || until % SPAN_MS !== 0) return null;
  const [row = {}] = await ports.reader.rows(
    {
      sql: `select sum(notes_in) as notes_in, sum(notes_out) as notes_out, sum(others_in) as others_in,
          sum(others_out) as others_out
        from ledger_spans where company = ?1 and span >= ?2 and span < ?3`,
      args: [company, from / SPAN_MS, until / SPAN_MS],
    },
    signal,
  );
  const counts = { ENTRADA: ["notes_in", "others_in"], SAIDA: ["notes_out", "others_out"] };
  const names = type === undefined ? [...counts.ENTRADA, ...counts.SAIDA] : counts[type];
  return names
    .filter((name) => !ofNotes || name.startsWith("notes"))
    .reduce((total, name) => total + Number(row[name] ?? 0), 0);
}
