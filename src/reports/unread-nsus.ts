import type { Row } from "../ports/sql.ts";
import { FIRST_NSU } from "../sefaz/fetch/unnumbered.ts";
import { type CompletenessRow, rowOf, sortable } from "./completeness-row.ts";
import type { Looked } from "./row-pages.ts";

/** When something was seen, ms UTC, half-open. */
export interface Seen {
  readonly from: number;
  readonly until: number;
}

const PARKED_SQL = `select rowid as row, cnpj, nsu, schema, reason, parked_at as at
  from sefaz_parked indexed by sefaz_parked_open
  where company = ?1 and taken_at is null and parked_at >= ?2 and (parked_at > ?2 or rowid > ?3) and parked_at < ?4
  order by parked_at, rowid limit ?5`;

const GAPS_SQL = `select cnpj, environment, first_nsu as nsu, last_nsu, found_at as at from sefaz_nsu_gaps indexed by sefaz_nsu_gaps_by_time
  where company = ?1 and found_at >= ?2
    and (found_at, cnpj, environment, first_nsu) > (?2, ?3, ?4, ?5) and found_at < ?6
  order by found_at, cnpj, environment, first_nsu limit ?7`;

/**
 * Documents of the distribution that are parked, and NSUs that its cursor passed, each in the order in which they were seen. Fails
 * with `report.too_many_notes`.
 */
export async function* unreadNsus(
  looked: Looked,
  { from, until }: Seen,
): AsyncGenerator<CompletenessRow[], void, void> {
  const parked = looked.pages(PARKED_SQL, [from, 0], until, (row) => [
    Number(row.at),
    Number(row.row),
  ]);
  for await (const rows of parked) yield rows.map(parkedRow);
  const gaps = looked.pages(GAPS_SQL, [from, "", "", -1], until, (row) => [
    Number(row.at),
    String(row.cnpj),
    String(row.environment),
    Number(row.nsu),
  ]);
  for await (const rows of gaps) yield rows.map(gapRow);
}

/** Null: its docZip named none. */
const nsuOf = ({ nsu }: Row): number | null => (Number(nsu) < FIRST_NSU ? null : Number(nsu));

const parkedRow = (row: Row): CompletenessRow =>
  rowOf({
    check: "nsu_parked",
    place: `${sortable(Number(row.at))}-${sortable(Number(row.row))}`,
    receivedAt: Number(row.at),
    cnpj: String(row.cnpj),
    nsu: nsuOf(row),
    lastNsu: nsuOf(row),
    parked: { reason: String(row.reason), schema: String(row.schema) },
  });

const gapRow = (row: Row): CompletenessRow =>
  rowOf({
    check: "nsu_gap",
    place: `${sortable(Number(row.at))}-${row.cnpj}-${row.environment}-${sortable(Number(row.nsu))}`,
    receivedAt: Number(row.at),
    cnpj: String(row.cnpj),
    nsu: Number(row.nsu),
    lastNsu: Number(row.last_nsu),
  });
