import { notes } from "../ingest/note/tables.ts";
import { columnsOf } from "../ports/columns.ts";
import type { Row } from "../ports/sql.ts";
import { AWARENESS_MS, CONCLUSIVE_MS } from "../sefaz/statements/limits.ts";
import {
  ASKED_STATES,
  AWARENESS_TYPE,
  CONCLUSIVE_TYPES,
  statementKnown,
} from "../sefaz/statements/statement-known.ts";
import { type AnnouncedWithStatements, announcedIn, announcedRow } from "./announced.ts";
import { byPlace, type CompletenessRow, type StatementKind, sortable } from "./completeness-row.ts";
import { NOTE_COLUMNS, noteRow } from "./note-row.ts";
import type { Looked } from "./row-pages.ts";

/** Statements whose last moment is from `from` to before `until`, ms UTC. */
export interface DueWindow {
  readonly from: number;
  readonly until: number;
}

const WITHIN_MS: Readonly<Record<StatementKind, number>> = {
  awareness: AWARENESS_MS,
  conclusive: CONCLUSIVE_MS,
};

const NOTE = columnsOf(notes, "n", NOTE_COLUMNS);

/** Notes that are here, of which the company has stated ciência, or which were announced to it, and no more. */
const HERE_SQL = `select ${NOTE.sql}, a.cnpj, a.nsu from notes n indexed by notes_by_issue
    left join announced_notes a on a.company = n.company and a.access_key = n.access_key
  where n.company = ?1 and n.issued_ms >= ?2 and (n.issued_ms > ?2 or n.id > ?3) and n.issued_ms < ?4
    and n.status <> 'CANCELADA' and n.issued_by_us = 0
    and (a.c_sit = '1' or (a.c_sit is null and ${statementKnown("n", AWARENESS_TYPE, ASKED_STATES)}))
    and not ${statementKnown("n", CONCLUSIVE_TYPES, ASKED_STATES)}
  order by n.issued_ms, n.id limit ?5`;

/**
 * Statements that are due, in the order of their last moments, whatever the month of the note: ciência of announced notes that are not
 * here, ten days, and the conclusive one that has to follow, 180 days. Both are counted from the issue, which is never after the
 * authorisation. Fails with `report.too_many_notes`.
 */
export async function missingStatements(
  looked: Looked,
  window: DueWindow,
): Promise<CompletenessRow[]> {
  const found: CompletenessRow[] = [];
  for (const [statement, isMade] of [
    ["awareness", ({ isAsked }: AnnouncedWithStatements) => isAsked],
    ["conclusive", ({ isConcluded }: AnnouncedWithStatements) => isConcluded],
  ] as const)
    for await (const page of announcedIn(looked, issuedIn(window, statement)))
      for (const note of page)
        if (note.situation === "authorised" && !isMade(note))
          found.push(announcedRow(note, due(statement, note.issuedMs, note.accessKey)));
  const { from, until } = issuedIn(window, "conclusive");
  const here = looked.pages(HERE_SQL, [from, 0], until, ({ issued_ms, id }) => [
    Number(issued_ms),
    Number(id),
  ]);
  for await (const rows of here) for (const row of rows) found.push(hereRow(row));
  return byPlace(found);
}

const issuedIn = ({ from, until }: DueWindow, statement: StatementKind) => ({
  from: from - WITHIN_MS[statement],
  until: until - WITHIN_MS[statement],
});

function due(statement: StatementKind, issuedMs: number, accessKey: string) {
  const dueAt = issuedMs + WITHIN_MS[statement];
  return { check: "statement_due", place: sortable(dueAt) + accessKey, statement, dueAt } as const;
}

function hereRow(row: Row): CompletenessRow {
  const note = NOTE.read(row);
  return noteRow(note, {
    ...due("conclusive", note.issuedMs, note.accessKey),
    situation: "authorised",
    cnpj: row.cnpj == null ? null : String(row.cnpj),
    nsu: row.nsu == null ? null : Number(row.nsu),
  });
}
