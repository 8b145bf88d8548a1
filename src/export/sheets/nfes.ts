import type { NoteCondition } from "../../ingest/search/condition-text.ts";
import {
  type Issued,
  issuedBounds,
  issuedNotes,
  listedNotes,
  type NoteFilter,
} from "../../ingest/search/note-filter.ts";
import { parameters } from "../../lib/parameters.ts";
import type { Value } from "../../ports/sql.ts";
import { countStepOf, type KeysetQuery, pageSql } from "../pages.ts";
import type { Column, Table } from "../sheet.ts";

/** Which notes a file holds: the filter of their list. */
export type NfeFilter = NoteFilter;

const fields = {
  key: "notes.access_key",
  number: "notes.number",
  series: "notes.series",
  model: "notes.model",
  supplier: "notes.supplier_id",
  supplierName: "notes.supplier_name",
  // A day where the note tells no time (layout 2.00).
  issued: "iif(length(notes.issued_at) = 10, notes.issued_at, notes.issued_ms)",
  value: "notes.total_value_e2",
  status: "notes.status",
  direction: `case notes.direction when 'entry' then 'ENTRADA' when 'exit' then 'SAIDA' else 'NENHUMA' end`,
  holds: "(select group_concat(value ->> 'code', ' ') from json_each(notes.holds))",
} as const;

const columns: readonly Column<keyof typeof fields>[] = [
  { heading: "Chave de Acesso", kind: "text", of: "key" },
  { heading: "Número", kind: "text", of: "number" },
  { heading: "Série", kind: "text", of: "series" },
  { heading: "Modelo", kind: "text", of: "model" },
  { heading: "CNPJ/CPF do Emitente", kind: "text", of: "supplier" },
  { heading: "Nome do Emitente", kind: "text", of: "supplierName" },
  { heading: "Emissão", kind: "issue", of: "issued" },
  { heading: "Valor Total", kind: "money", of: "value" },
  { heading: "Situação", kind: "text", of: "status" },
  { heading: "Direção", kind: "text", of: "direction" },
  { heading: "Pendências", kind: "text", of: "holds" },
];

const ofExport = {
  ...fields,
  received: "notes.received_at",
  processed: "notes.processed_at",
  items: "notes.total_items",
  total: itemSum("total_e2"),
  landed: itemSum("landed_e2"),
} as const;

function itemSum(column: string): string {
  return `(select sum(i.${column}) from note_items i where i.company = notes.company and i.note = notes.id)`;
}

/** One line for each note. */
export const NFES: Table<keyof typeof ofExport> = {
  fields: ofExport,
  columns: [
    ...columns,
    { heading: "Recebida em", kind: "instant", of: "received" },
    { heading: "Lançada em", kind: "instant", of: "processed" },
    { heading: "Itens", kind: "count", of: "items" },
    { heading: "Total dos Itens", kind: "money", of: "total" },
    { heading: "Custo dos Itens", kind: "money", of: "landed" },
  ],
};

/** What an archive reads of each note, in this order. */
export const ARCHIVE_FILES: Table = {
  fields: {
    id: "notes.id",
    key: "notes.access_key",
    sha256: "notes.sha256",
    issued: "notes.issued_ms",
  },
  columns: [],
};

const ofArchive = {
  id: "notes.id",
  // Known only when the files were read: the archive puts it there.
  missing: "null",
  ...fields,
} as const;

/** The index of an archive. */
export const ARCHIVE_INDEX: Table<keyof typeof ofArchive> = {
  fields: ofArchive,
  columns: [...columns, { heading: "Arquivos em Falta", kind: "text", of: "missing" }],
};

/** Later than any instant that a JavaScript number holds exactly. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** A walk over notes by the index over the time of issue, the latest first. */
export interface NoteWalk {
  /** `from` and `where` of the statement, after a cursor whose parameters are `at` and `id`. */
  readonly seek: (at: string, id: string) => string;
  readonly order: string;
  readonly args: readonly Value[];
  /** The instant of issue before which the walk begins. */
  readonly end: number;
  readonly matches: string;
}

/** The walk over the notes that a condition selects among those of some days. */
export function noteWalk(condition: NoteCondition, company: number, issued: Issued): NoteWalk {
  const { first, end = END_OF_TIME } = issuedBounds(issued);
  const { args, add } = parameters<Value>(condition.args);
  const conditions = [`notes.company = ${add(company)}`];
  if (first !== undefined) conditions.push(`notes.issued_ms >= ${add(first)}`);
  return {
    // The cursor is the only upper bound, as in movements.ts.
    seek: (at, id) =>
      `where ${conditions.join(" and ")} and notes.issued_ms <= ${at} and (notes.issued_ms < ${at} or notes.id < ${id})`,
    order: "order by notes.issued_ms desc, notes.id desc",
    args,
    end,
    matches: condition.where,
  };
}

const NOTES = "from notes indexed by notes_by_issue";

function noteQuery(type: KeysetQuery["type"], walk: NoteWalk, table: Table): KeysetQuery {
  const key = ["notes.issued_ms", "notes.id"];
  const n = walk.args.length;
  const source = `${NOTES} ${walk.seek(`?${n + 1}`, `?${n + 2}`)} ${walk.order}`;
  const sql = pageSql(key, table, walk.matches, source, `?${n + 3}`);
  return {
    type,
    start: [walk.end, 0],
    countStep: (after) => countStepOf(key, source, [...walk.args, ...after]),
    page: (after, rows, form) => ({ sql: sql[form], args: [...walk.args, ...after, rows] }),
  };
}

/** The notes that match a filter, the latest issue first; discarded ones only where they are asked for, as in the list. */
export const noteKeyset = (company: number, filter: NfeFilter): KeysetQuery =>
  noteQuery("nfes", noteWalk(listedNotes(company, filter), company, filter), NFES);

/** All notes of some days that were registered up to an id, whatever became of them: what an archive holds. */
export function archiveKeyset(
  company: number,
  issued: Issued,
  upTo: number,
  table: Table,
): KeysetQuery {
  const { where, args } = issuedNotes(company, issued);
  const known = parameters<Value>(args);
  const condition = { where: `${where} and notes.id <= ${known.add(upTo)}`, args: known.args };
  return noteQuery("archive", noteWalk(condition, company, issued), table);
}
