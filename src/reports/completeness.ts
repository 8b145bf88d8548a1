import { nfeEvents, notes } from "../ingest/note/tables.ts";
import { type Issued, issuedBounds, issuedNotes } from "../ingest/search/note-filter.ts";
import type { NoteStatus } from "../lib/note-status.ts";
import { parameters } from "../lib/parameters.ts";
import { Failed } from "../lib/result.ts";
import { columnsOf } from "../ports/columns.ts";
import type { Ports } from "../ports/ports.ts";
import type { Value } from "../ports/sql.ts";
import type { ReportFailure } from "./failures.ts";
import { type NumberedNote, type NumberGap, numberGaps } from "./number-gaps.ts";

/** What is looked for, in the order of the report. */
export const CHECKS = [
  "own_number_gap",
  "supplier_number_gap",
  "no_protocol",
  "cancelled_after_entry",
  "held",
  "discarded",
  "waiting_event",
] as const;
export type Check = (typeof CHECKS)[number];

/** What a check has found: a note, a gap (`number` to `lastNumber`), or an event without its note. Instants in ms UTC. */
export interface CompletenessRow {
  readonly check: Check;
  /** Its place among the rows of its check, which come in the order of these texts. */
  readonly place: string;
  readonly accessKey: string | null;
  readonly supplier: string | null;
  readonly supplierName: string | null;
  readonly model: string | null;
  readonly series: string | null;
  readonly number: number | null;
  readonly lastNumber: number | null;
  /** An instant, or a day where the note tells no time. */
  readonly issued: number | string | null;
  readonly status: NoteStatus | null;
  readonly receivedAt: number | null;
  /** tpEvento. */
  readonly eventType: string | null;
}

/** What the report covers. */
export interface CompletenessPeriod {
  /** The days of issue; of an event without its note, those on which it came. */
  readonly issued: Issued;
  /** PENDENTE notes that were received before this instant are held for too long. */
  readonly heldBefore: number;
}

/** How long before the period a series is followed, to know the number that it had come to. */
const LOOK_BACK_MS = 31 * 86_400_000;
/** The most notes that one report looks through: it keeps the number and the series of each until its end. */
const MOST_NOTES = 100_000;
/** Rows of one statement. */
const PAGE = 500;

const NOTE = columnsOf(notes, "notes", [
  "id",
  "accessKey",
  "status",
  "issuedByUs",
  "model",
  "series",
  "number",
  "issuedAt",
  "issuedMs",
  "supplierId",
  "supplierName",
  "hasProtocol",
  "receivedAt",
  "processedAt",
]);
type Note = Readonly<ReturnType<typeof NOTE.read>> & { readonly inPeriod: boolean };

const EVENT = columnsOf(nfeEvents, "e", ["registration", "accessKey", "type", "receivedAt"]);

type Needs = Pick<Ports, "reader" | "yieldToEventLoop">;

/**
 * Everything that the checks find in a period, some rows at a time: notes in the order of their issue, then the gaps of numbers,
 * then events. It returns how many series of suppliers say nothing about gaps. It yields to the event loop between statements.
 * Fails with `report.too_many_notes`.
 */
export async function* completenessRows(
  ports: Needs,
  company: number,
  period: CompletenessPeriod,
  signal?: AbortSignal,
): AsyncGenerator<CompletenessRow[], { unknownSeries: number }, void> {
  const numbered: NumberedNote[] = [];
  for await (const page of notesOf(ports, company, period.issued, signal)) {
    if (numbered.length + page.length > MOST_NOTES)
      throw new Failed<ReportFailure>({ code: "report.too_many_notes", limit: MOST_NOTES });
    for (const note of page)
      numbered.push({
        supplier: note.supplierId,
        supplierName: note.supplierName,
        issuedByUs: note.issuedByUs,
        model: note.model,
        series: note.series,
        number: Number(note.number),
        inPeriod: note.inPeriod,
      });
    yield page.filter(({ inPeriod }) => inPeriod).flatMap((note) => found(note, period));
  }
  const { gaps, unknownSeries } = numberGaps(numbered);
  yield gaps.map(gapRow).sort((a, b) => (a.place < b.place ? -1 : 1));
  yield* waitingEvents(ports, company, period.issued, signal);
  return { unknownSeries };
}

/** The notes of the period and of the days before it, in the order of their issue. */
async function* notesOf(
  ports: Needs,
  company: number,
  issued: Issued,
  signal?: AbortSignal,
): AsyncGenerator<Note[], void, void> {
  const { first = 0, end = Number.MAX_SAFE_INTEGER } = issuedBounds(issued);
  const within = issuedNotes(company, issued);
  let cursor = { ms: first - LOOK_BACK_MS, id: 0 };
  for (;;) {
    await ports.yieldToEventLoop();
    signal?.throwIfAborted();
    const { args, add } = parameters<Value>(within.args);
    const [ms, id] = [add(cursor.ms), add(cursor.id)];
    const rows = await ports.reader.rows(
      {
        sql: `select ${NOTE.sql}, (${within.where}) as in_period from notes indexed by notes_by_issue
          where notes.company = ?1 and notes.issued_ms >= ${ms} and (notes.issued_ms > ${ms} or notes.id > ${id})
            and notes.issued_ms < ${add(end)}
          order by notes.issued_ms, notes.id limit ${add(PAGE)}`,
        args,
      },
      signal,
    );
    const page = rows.map((row) => ({ ...NOTE.read(row), inPeriod: row.in_period === 1 }));
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    cursor = { ms: last.issuedMs, id: last.id };
  }
}

const NOWHERE = { accessKey: null, supplier: null, supplierName: null, model: null, series: null };
const NOTHING = { number: null, lastNumber: null, issued: null, status: null, receivedAt: null };

/** What the checks find at a note of the period. */
function found(note: Note, { heldBefore }: CompletenessPeriod): CompletenessRow[] {
  const { status } = note;
  const isVoid = status === "CANCELADA" || status === "DESCARTADA";
  const checks: (Check | false)[] = [
    !note.hasProtocol && !isVoid && "no_protocol",
    status === "CANCELADA" && note.processedAt !== null && "cancelled_after_entry",
    status === "PENDENTE" && note.receivedAt < heldBefore && "held",
    status === "DESCARTADA" && "discarded",
  ];
  return checks
    .filter((check) => check !== false)
    .map((check) => ({
      ...NOTHING,
      check,
      place: sortable(note.issuedMs) + sortable(note.id),
      accessKey: note.accessKey,
      supplier: note.supplierId,
      supplierName: note.supplierName,
      model: note.model,
      series: note.series,
      number: Number(note.number),
      issued: note.issuedAt.length === 10 ? note.issuedAt : note.issuedMs,
      status,
      receivedAt: note.receivedAt,
      eventType: null,
    }));
}

const gapRow = ({ issuedByUs, first, last, ...of }: NumberGap): CompletenessRow => ({
  ...NOTHING,
  ...of,
  check: issuedByUs ? "own_number_gap" : "supplier_number_gap",
  place: [of.supplier, of.model, of.series.padStart(3, "0"), sortable(first)].join("-"),
  accessKey: null,
  number: first,
  lastNumber: last,
  eventType: null,
});

/** Events that came in the period and whose note has not come. */
async function* waitingEvents(
  ports: Needs,
  company: number,
  { from = 0, until = Number.MAX_SAFE_INTEGER }: Issued,
  signal?: AbortSignal,
): AsyncGenerator<CompletenessRow[], void, void> {
  let cursor = { ms: from, id: "" };
  for (;;) {
    await ports.yieldToEventLoop();
    signal?.throwIfAborted();
    const rows = await ports.reader.rows(
      {
        sql: `select ${EVENT.sql} from nfe_events e indexed by nfe_events_waiting
          where e.company = ?1 and e.effect = 'waiting' and e.withdrawn_at is null
            and e.received_at >= ?2 and (e.received_at > ?2 or e.registration > ?3) and e.received_at < ?4
          order by e.received_at, e.registration limit ?5`,
        args: [company, cursor.ms, cursor.id, until, PAGE],
      },
      signal,
    );
    const events = rows.map(EVENT.read);
    yield events.map(({ registration, accessKey, type, receivedAt }) => ({
      ...NOWHERE,
      ...NOTHING,
      check: "waiting_event",
      place: `${sortable(receivedAt)}-${registration}`,
      accessKey,
      receivedAt,
      eventType: type,
    }));
    const last = events.at(-1);
    if (last === undefined || events.length < PAGE) return;
    cursor = { ms: last.receivedAt, id: last.registration };
  }
}

/** A number that is not negative as a text that sorts as it does. */
const sortable = (value: number): string => String(value).padStart(16, "0");

/** What one check has found: how much in all, and a page of it. */
export interface CheckResult {
  readonly check: Check;
  readonly count: number;
  readonly rows: readonly CompletenessRow[];
  /** The place after which the next page begins; null: this is the last. */
  readonly next: string | null;
}

/** The report: each check (or the one asked for) with its count and up to `limit` rows after the place `after`. */
export async function completeness(
  ports: Needs,
  company: number,
  period: CompletenessPeriod,
  {
    check: asked,
    after = "",
    limit,
  }: { check?: Check | undefined; after?: string | undefined; limit: number },
  signal?: AbortSignal,
): Promise<{ checks: CheckResult[]; unknownSeries: number }> {
  const results = new Map<Check, { count: number; rows: CompletenessRow[] }>();
  for (const check of CHECKS)
    if (asked === undefined || check === asked) results.set(check, { count: 0, rows: [] });
  const source = completenessRows(ports, company, period, signal);
  for (;;) {
    const { done, value } = await source.next();
    if (done === true) {
      const checks = [...results].map(([check, { count, rows }]): CheckResult => {
        const page = rows.slice(0, limit);
        return {
          check,
          count,
          rows: page,
          next: rows.length > limit ? (page.at(-1)?.place ?? null) : null,
        };
      });
      return { checks, unknownSeries: value.unknownSeries };
    }
    for (const row of value) {
      const result = results.get(row.check);
      if (result === undefined) continue;
      result.count += 1;
      if (row.place > after && result.rows.length <= limit) result.rows.push(row);
    }
  }
}
