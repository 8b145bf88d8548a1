import { keyParts } from "../nfe/access-key.ts";
import { sameRoot } from "../nfe/taxpayer.ts";
import type { Row } from "../ports/sql.ts";
import { situationSql } from "../sefaz/fetch/announced-situation.ts";
import {
  ANY_TYPE,
  ASKED_STATES,
  CONCLUSIVE_TYPES,
  CONFIRMED_OR_NOT_DONE_TYPES,
  DONE_STATE,
  statementKnown,
  UNKNOWN_TYPE,
} from "../sefaz/statements/statement-known.ts";
import { type CompletenessRow, rowOf, type Situation, sortable } from "./completeness-row.ts";
import type { NumberedNote } from "./number-gaps.ts";
import type { Looked } from "./row-pages.ts";

/** A note that is known by its summary alone, and not here by any way, with what was stated about it; instants in ms UTC. */
export interface AnnouncedWithStatements {
  readonly accessKey: string;
  readonly cnpj: string;
  readonly nsu: number;
  readonly issuer: string;
  readonly issuerName: string;
  readonly issuedMs: number;
  readonly valueE2: number;
  readonly announcedAt: number;
  readonly situation: Situation;
  /** A statement about it is registered: the service gives the full note. */
  readonly isStated: boolean;
  /** Ciência, or any other statement, is registered or on its way; a conclusive one. */
  readonly isAsked: boolean;
  readonly isConcluded: boolean;
}

const SQL = `select a.access_key, a.cnpj, a.nsu, a.issuer, a.issuer_name, a.issued_ms, a.value_e2, ${situationSql("a")} as c_sit, a.announced_at,
    ${statementKnown("a", ANY_TYPE, DONE_STATE)} as is_stated,
    ${statementKnown("a", ANY_TYPE, ASKED_STATES)} as is_asked,
    ${statementKnown("a", CONCLUSIVE_TYPES, ASKED_STATES)} as is_concluded,
    ${statementKnown("a", UNKNOWN_TYPE, DONE_STATE)} and not ${statementKnown("a", CONFIRMED_OR_NOT_DONE_TYPES, DONE_STATE)} as is_unknown
  from announced_notes a indexed by announced_notes_open
  where a.company = ?1 and a.completed_at is null and (a.issued_ms, a.access_key) > (?2, ?3) and a.issued_ms < ?4
    and not exists (select 1 from notes n where n.company = a.company and n.access_key = a.access_key)
  order by a.issued_ms, a.access_key limit ?5`;

/** The announced notes that were issued from `from` to before `until`, in the order of their issue, some at a time. */
export async function* announcedIn(
  looked: Looked,
  { from, until }: { readonly from: number; readonly until: number },
): AsyncGenerator<AnnouncedWithStatements[], void, void> {
  const pages = looked.pages(SQL, [from, ""], until, ({ issued_ms, access_key }) => [
    Number(issued_ms),
    String(access_key),
  ]);
  for await (const rows of pages) yield rows.map(announcedFrom);
}

const announcedFrom = (row: Row): AnnouncedWithStatements => ({
  accessKey: String(row.access_key),
  cnpj: String(row.cnpj),
  nsu: Number(row.nsu),
  issuer: String(row.issuer),
  issuerName: String(row.issuer_name),
  issuedMs: Number(row.issued_ms),
  valueE2: Number(row.value_e2),
  announcedAt: Number(row.announced_at),
  situation: situationOf(String(row.c_sit), row.is_unknown === 1),
  isStated: row.is_stated === 1,
  isAsked: row.is_asked === 1,
  isConcluded: row.is_concluded === 1,
});

/** cSitNFe: 1 authorised, 2 denied, 3 cancelled. */
function situationOf(cSit: string, isUnknown: boolean): Situation {
  if (cSit === "3") return "cancelled";
  if (cSit === "2") return "denied";
  return isUnknown ? "unknown" : "authorised";
}

/** An announced note as one of its series: its number is known, and no gap. */
export function numberedAnnounced(note: AnnouncedWithStatements, inPeriod: boolean): NumberedNote {
  const { mod, serie, nNF } = keyParts(note.accessKey);
  return {
    supplier: note.issuer,
    supplierName: note.issuerName,
    issuedByUs: sameRoot(note.issuer, note.cnpj),
    model: mod,
    series: String(Number(serie)),
    number: Number(nNF),
    inPeriod,
  };
}

/** The row of an announced note; without `more` in the check of what is missing of it. */
export function announcedRow(
  note: AnnouncedWithStatements,
  more: Partial<CompletenessRow> = {},
): CompletenessRow {
  const { supplier, supplierName, model, series, number } = numberedAnnounced(note, true);
  const ofService = note.isStated ? "summary_only" : "not_here";
  return rowOf({
    check: note.situation === "authorised" ? ofService : "not_here_void",
    place: sortable(note.issuedMs) + note.accessKey,
    accessKey: note.accessKey,
    supplier,
    supplierName,
    model,
    series,
    number,
    issued: note.issuedMs,
    receivedAt: note.announcedAt,
    valueE2: note.valueE2,
    situation: note.situation,
    cnpj: note.cnpj,
    nsu: note.nsu,
    ...more,
  });
}
