import type { NoteStatus } from "../lib/note-status.ts";

/** What is looked for, in the order of the report. */
export const CHECKS = [
  "own_number_gap",
  "supplier_number_gap",
  "no_protocol",
  "cancelled_after_entry",
  "held",
  "discarded",
  "waiting_event",
  "not_here",
  "summary_only",
  "not_here_void",
  "not_in_stock",
  "statement_due",
  "nsu_parked",
  "nsu_gap",
] as const;
export type Check = (typeof CHECKS)[number];

/** What the tax office says of an announced note (cSitNFe), or the company: that it does not know it (210220). */
export const SITUATIONS = ["authorised", "denied", "cancelled", "unknown"] as const;
export type Situation = (typeof SITUATIONS)[number];

/** Which statement is due: ciência, or one that says what became of the operation. */
export const STATEMENT_KINDS = ["awareness", "conclusive"] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/**
 * What a check has found: a note, a gap (`number` to `lastNumber`, or `nsu` to `lastNsu`), a parked document, or an event without
 * its note. Instants in ms UTC.
 */
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
  /** The note's total, 1/100. */
  readonly valueE2: number | null;
  /** Of a note that is not in stock: the sentences of its holds, or what a person has given as reason. */
  readonly reasons: readonly string[];
  readonly situation: Situation | null;
  readonly statement: StatementKind | null;
  /** Until when the statement is taken. */
  readonly dueAt: number | null;
  /** CNPJ of the company to which the tax office distributes. */
  readonly cnpj: string | null;
  readonly nsu: number | null;
  readonly lastNsu: number | null;
  /** Of a parked document: why, and the name of its schema. */
  readonly parked: { readonly reason: string; readonly schema: string } | null;
}

/** A row of which only this is known. */
export const rowOf = (
  known: Partial<CompletenessRow> & Pick<CompletenessRow, "check" | "place">,
): CompletenessRow => ({
  accessKey: null,
  supplier: null,
  supplierName: null,
  model: null,
  series: null,
  number: null,
  lastNumber: null,
  issued: null,
  status: null,
  receivedAt: null,
  eventType: null,
  valueE2: null,
  reasons: [],
  situation: null,
  statement: null,
  dueAt: null,
  cnpj: null,
  nsu: null,
  lastNsu: null,
  parked: null,
  ...known,
});

/** A number that is not negative as a text that sorts as it does. */
export const sortable = (value: number): string => String(value).padStart(16, "0");

/** Sorts rows by their places, in place. */
export const byPlace = (rows: CompletenessRow[]): CompletenessRow[] =>
  rows.sort((a, b) => (a.place < b.place ? -1 : 1));
