import type { notes } from "../ingest/note/tables.ts";
import { type CompletenessRow, rowOf } from "./completeness-row.ts";

/** The columns of a note that its row shows. */
export const NOTE_COLUMNS = [
  "id",
  "accessKey",
  "status",
  "model",
  "series",
  "number",
  "issuedAt",
  "issuedMs",
  "supplierId",
  "supplierName",
  "totalValue_e2",
  "receivedAt",
] as const;

type Note = Readonly<Pick<typeof notes.$inferSelect, (typeof NOTE_COLUMNS)[number]>>;

/** The row of a note that is here. `of`: what was found, and where the row stands. */
export const noteRow = (
  note: Note,
  of: Partial<CompletenessRow> & Pick<CompletenessRow, "check" | "place">,
): CompletenessRow =>
  rowOf({
    accessKey: note.accessKey,
    supplier: note.supplierId,
    supplierName: note.supplierName,
    model: note.model,
    series: note.series,
    number: Number(note.number),
    issued: note.issuedAt.length === 10 ? note.issuedAt : note.issuedMs,
    status: note.status,
    receivedAt: note.receivedAt,
    valueE2: note.totalValue_e2,
    ...of,
  });
