import { notes } from "../ingest/note/tables.ts";
import { type Issued, issuedBounds, issuedNotes } from "../ingest/search/note-filter.ts";
import { parameters } from "../lib/parameters.ts";
import { columnsOf } from "../ports/columns.ts";
import type { Value } from "../ports/sql.ts";
import { announcedIn, announcedRow, numberedAnnounced } from "./announced.ts";
import {
  byPlace,
  CHECKS,
  type Check,
  type CompletenessRow,
  rowOf,
  sortable,
} from "./completeness-row.ts";
import { type DueWindow, missingStatements } from "./missing-statements.ts";
import { NOTE_COLUMNS, noteRow } from "./note-row.ts";
import { type NumberedNote, type NumberGap, numberGaps } from "./number-gaps.ts";
import { Looked, PAGE, type ReportNeeds } from "./row-pages.ts";
import { unreadNsus } from "./unread-nsus.ts";
import { waitingEvents } from "./waiting-events.ts";

/** What the report covers. */
export interface CompletenessPeriod {
  /** The days of issue; of an event without its note, those on which it came. */
  readonly issued: Issued;
  /** PENDENTE notes that were received before this instant are held for too long. */
  readonly heldBefore: number;
  /** Statements whose last moment is in it are due, whenever the note was issued. */
  readonly due: DueWindow;
}

const DAY_MS = 86_400_000;
/** How long before the period a series is followed, to know the number that it had come to. */
const LOOK_BACK_MS = 31 * DAY_MS;
/** A note may be authorised 168 hours after its issue (contingency), and come later still: NSUs that are seen by then may be of the period. */
const COMES_WITHIN_MS = 10 * DAY_MS;

const NOTE = columnsOf(notes, "notes", [
  ...NOTE_COLUMNS,
  "issuedByUs",
  "hasProtocol",
  "holds",
  "reason",
  "processedAt",
]);
type Note = Readonly<ReturnType<typeof NOTE.read>> & { readonly inPeriod: boolean };

/**
 * Everything that the checks find in a period, some rows at a time: notes in the order of their issue, announced notes, the gaps of
 * numbers, events, NSUs and statements. It returns how many series of suppliers say nothing about gaps. It yields to the event
 * loop between statements. Fails with `report.too_many_notes`.
 */
export async function* completenessRows(
  ports: ReportNeeds,
  company: number,
  period: CompletenessPeriod,
  signal?: AbortSignal,
): AsyncGenerator<CompletenessRow[], { unknownSeries: number }, void> {
  const looked = new Looked(ports, company, signal);
  const numbered: NumberedNote[] = [];
  for await (const page of notesOf(ports, company, period.issued, signal)) {
    looked.add(page.length);
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
  const { from = 0, until = Number.MAX_SAFE_INTEGER } = period.issued;
  const walked = { from: from - LOOK_BACK_MS, until };
  for await (const page of announcedIn(looked, walked)) {
    for (const note of page) numbered.push(numberedAnnounced(note, note.issuedMs >= from));
    yield page.filter(({ issuedMs }) => issuedMs >= from).map((note) => announcedRow(note));
  }
  const { gaps, unknownSeries } = numberGaps(numbered);
  yield byPlace(gaps.map(gapRow));
  yield await waitingEvents(looked, { from, until });
  yield* unreadNsus(looked, { from, until: until + COMES_WITHIN_MS });
  yield await missingStatements(looked, period.due);
  return { unknownSeries };
}

/** The notes of the period and of the days before it, in the order of their issue. */
async function* notesOf(
  ports: ReportNeeds,
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

/** What the checks find at a note of the period. */
function found(note: Note, { heldBefore }: CompletenessPeriod): CompletenessRow[] {
  const { status } = note;
  const isVoid = status === "CANCELADA" || status === "DESCARTADA";
  const checks: (Check | false)[] = [
    !note.hasProtocol && !isVoid && "no_protocol",
    status === "CANCELADA" && note.processedAt !== null && "cancelled_after_entry",
    status === "PENDENTE" && note.receivedAt < heldBefore && "held",
    status === "DESCARTADA" && "discarded",
    status !== "PROCESSADA" && status !== "CANCELADA" && "not_in_stock",
  ];
  return checks
    .filter((check) => check !== false)
    .map((check) =>
      noteRow(note, {
        check,
        place: sortable(note.issuedMs) + sortable(note.id),
        reasons: reasonsOf(note),
      }),
    );
}

function reasonsOf({ status, holds, reason }: Note): string[] {
  if (status === "PENDENTE") return holds.map(({ message }) => message);
  return reason === null || status === "PROCESSADA" ? [] : [reason];
}

const gapRow = ({ issuedByUs, first, last, ...of }: NumberGap): CompletenessRow =>
  rowOf({
    ...of,
    check: issuedByUs ? "own_number_gap" : "supplier_number_gap",
    place: [of.supplier, of.model, of.series.padStart(3, "0"), sortable(first)].join("-"),
    number: first,
    lastNumber: last,
  });

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
  ports: ReportNeeds,
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
