import { parameters } from "../lib/parameters.ts";
import type { Ports } from "../ports/ports.ts";
import type { Guard, Statement, Value } from "../ports/sql.ts";
import { FROM_TIME, IN_TIME, IS_FIRST } from "./found-movements.ts";

/** A quarter of an hour: the offsets of all time zones are whole ones, so their days are too. */
export const SPAN_MS = 900_000;

/** The sums of the movements of a span, over products of all units of measure; unsigned. */
export interface Span {
  /** When it begins, milliseconds UTC. */
  readonly start: number;
  /** Postings with an entry. */
  readonly entries: number;
  /** 1/10⁴. */
  readonly entered_e4: number;
  readonly left_e4: number;
  /** 1/10², from the costs of the movements, never from today's prices. */
  readonly entered_e2: number;
  readonly left_e2: number;
}

interface Amount {
  /** Signed, 1/10⁴. */
  readonly quantity_e4: number;
  /** Signed, 1/10²; null: not known. */
  readonly cost_e2: number | null;
}

/** The amounts of one posting. */
export interface SpanPosting {
  readonly company: number;
  /** NFE for a note. */
  readonly origin: string;
  /** Milliseconds UTC. */
  readonly at: number;
  /** Of each of its movements. */
  readonly amounts: readonly Amount[];
  /** How many postings with an entry they are; absent: one at most. */
  readonly postings?: number;
}

const MOST = Number.MAX_SAFE_INTEGER;
const SUMS = ["entered_e4", "entered_e2", "left_e4", "left_e2"] as const;
const COUNTS = ["entries", "notes_in", "notes_out", "others_in", "others_out"] as const;
const ADDED = [
  ...COUNTS.map((name) => `${name} = ${name} + excluded.${name}`),
  ...SUMS.map((name) => `${name} = min(${name} + excluded.${name}, ${MOST})`),
].join(", ");

/**
 * The statement that adds one posting to the sums of its span; for the batch of its movements, under the same guard. With the
 * sums, the chart of a month and the length of a list read some hundred rows, whatever the number of movements.
 */
export function addToSpan(
  { company, origin, at, amounts, postings }: SpanPosting,
  guard: Guard,
): Statement {
  const entered = amounts.filter(({ quantity_e4 }) => quantity_e4 > 0);
  const left = amounts.filter(({ quantity_e4 }) => quantity_e4 < 0);
  const isNote = origin === "NFE";
  const added = {
    entries: postings ?? (entered.length > 0 ? 1 : 0),
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
  const { args, add } = parameters<Value>(guard.args);
  const row = [company, Math.floor(at / SPAN_MS), ...names.map((name) => added[name])].map(
    (value) => add(value),
  );
  return {
    sql: `insert into ledger_spans (company, span, ${names.join(", ")})
      select ${row.join(", ")} where exists (${guard.sql})
      on conflict do update set ${ADDED}`,
    args,
  };
}

/**
 * As `addToSpan`, for movements of one posting that only the batch knows and that are no note's: `movements` is the condition
 * that finds them. Their documents tell no cost.
 */
export function addMovementsToSpan(company: number, at: number, movements: Guard): Statement {
  const { args, add } = parameters<Value>(movements.args);
  return {
    sql: `insert into ledger_spans (company, span, entries, notes_in, notes_out, others_in, others_out, entered_e4, entered_e2,
        left_e4, left_e2)
      select ${add(company)}, ${add(Math.floor(at / SPAN_MS))}, max(quantity_e4 > 0), 0, 0, sum(quantity_e4 > 0),
        sum(quantity_e4 < 0), min(sum(max(quantity_e4, 0)), ${MOST}), 0, min(-sum(min(quantity_e4, 0)), ${MOST}), 0
      from movements where ${movements.sql} group by movements.company
      on conflict do update set ${ADDED}`,
    args,
  };
}

const sum = (values: readonly (number | null)[]): number =>
  Math.min(
    values.reduce<number>((total, value) => total + Math.abs(value ?? 0), 0),
    MOST,
  );

/** The spans of a company in [from, until), milliseconds UTC at whole spans, in order; spans without a movement are absent. */
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

/** The filter of a count of movements; instants are ms UTC, half-open. */
export interface SpanCountFilter {
  readonly type?: "ENTRADA" | "SAIDA" | undefined;
  /** Only movements of notes. */
  readonly ofNotes: boolean;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** How many movements a company has, from the sums; null where the instants are not the bounds of spans. */
export async function countBySpans(
  ports: Pick<Ports, "reader">,
  company: number,
  { type, ofNotes, from = 0, until = MOST - (MOST % SPAN_MS) }: SpanCountFilter,
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

/** The time that one statement of `findWrongSpans` reads: a week. */
const SLICE_MS = 7 * 86_400_000;

/**
 * Compares the sums with the movements, a week in one statement; gives the beginnings (ms UTC) of the spans that differ. Reads
 * only.
 */
export async function findWrongSpans(
  ports: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<number[]> {
  const [ends = {}] = await ports.reader.rows({ sql: ENDS, args: [company] }, signal);
  const wrong: number[] = [];
  const first = Math.floor(Number(ends.first) / SPAN_MS) * SPAN_MS;
  for (let from = first; from <= Number(ends.last); from += SLICE_MS) {
    const rows = await ports.reader.rows(
      { sql: COMPARED, args: [company, from, from + SLICE_MS] },
      signal,
    );
    wrong.push(...rows.map((row) => Number(row.span) * SPAN_MS));
  }
  return wrong;
}

const ENDS = `select min(at) as first, max(at) as last from (
  select min(created_at) as at from movements where company = ?1 and quantity_e4 <> 0 and ${IS_FIRST}
  union all select max(created_at) from movements where company = ?1 and quantity_e4 <> 0 and ${IS_FIRST}
  union all select min(span) * ${SPAN_MS} from ledger_spans where company = ?1
  union all select max(span) * ${SPAN_MS} from ledger_spans where company = ?1)`;

const LEDGER = {
  entries: "count(distinct iif(m.quantity_e4 > 0, m.posting, null))",
  notes_in: "count(*) filter (where m.origin = 'NFE' and m.quantity_e4 > 0)",
  notes_out: "count(*) filter (where m.origin = 'NFE' and m.quantity_e4 < 0)",
  others_in: "count(*) filter (where m.origin <> 'NFE' and m.quantity_e4 > 0)",
  others_out: "count(*) filter (where m.origin <> 'NFE' and m.quantity_e4 < 0)",
  entered_e4: "total(max(m.quantity_e4, 0))",
  entered_e2: "total(iif(m.quantity_e4 > 0, m.cost_e2, 0))",
  left_e4: "total(max(-m.quantity_e4, 0))",
  left_e2: "total(iif(m.quantity_e4 < 0, -m.cost_e2, 0))",
} as const satisfies Record<(typeof COUNTS)[number] | (typeof SUMS)[number], string>;

/** `total` is exact up to the limit of the sums. */
const COMPARED = `
  with stored as (select * from ledger_spans where company = ?1 and span >= ?2 / ${SPAN_MS} and span < ?3 / ${SPAN_MS}),
    ledger as (
      select first.created_at / ${SPAN_MS} as span, ${Object.entries(LEDGER).map(([name, sql]) => `min(${sql}, ${MOST}) as ${name}`)}
      from ${FROM_TIME} where first.company = ?1 and ${IN_TIME} and first.created_at >= ?2 and first.created_at < ?3 group by 1)
  select coalesce(stored.span, ledger.span) as span from stored full join ledger on ledger.span = stored.span
  where ${Object.keys(LEDGER)
    .map((name) => `stored.${name} is not ledger.${name}`)
    .join(" or ")}
  order by 1`;
