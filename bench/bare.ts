import { type SQLQueryBindings, Database as Sqlite } from "bun:sqlite";
import { join } from "node:path";
import { openDatabase } from "../src/platform/bun/database/database.ts";
import { SPAN_MS } from "../src/stock/spans.ts";
import { emptyFolder } from "./folder.ts";

type Cells = Record<string, SQLQueryBindings>;
/** The rows of one note in the database of the service, by table, in an order in which they may be inserted. */
export type Rows = ReadonlyMap<string, readonly Cells[]>;

/**
 * How to find a table's rows of a note (`t`, and the note's key), and what a second row with the same key does: `replace`
 * overwrites all columns.
 */
interface Part {
  readonly table: string;
  readonly key: string;
  readonly from: string;
  readonly again?: string;
  /** The columns of `t` to copy; absent: all. */
  readonly columns?: string;
}

const OF_PRODUCT = "t.company = m.company and t.product = m.product";
const PARTS: readonly Part[] = [
  {
    table: "products",
    key: "m.reference",
    from: "movements m join products t on t.company = m.company and t.code = m.product",
    again: "on conflict do nothing",
  },
  {
    table: "supplier_items",
    key: "m.reference",
    from: `movements m join supplier_items t on ${OF_PRODUCT}`,
    again: "on conflict do nothing",
  },
  {
    table: "originals",
    key: "n.access_key",
    from: "notes n join originals t on t.company = n.company and t.sha256 = n.sha256",
  },
  { table: "notes", key: "t.access_key", from: "notes t" },
  {
    table: "parties",
    key: "n.access_key",
    from: "notes n join parties t on t.company = n.company and t.supplier = n.supplier_id",
    again: "on conflict do nothing",
  },
  {
    table: "note_items",
    key: "n.access_key",
    from: "notes n join note_items t on t.company = n.company and t.note = n.id",
  },
  { table: "movements", key: "t.reference", from: "movements t" },
  {
    table: "balances",
    key: "t.reference",
    from: "movements t",
    columns: `t.company, t.product, t.quantity_e4, t.created_at as updated_at, t.cost_e2 as last_cost_e2,
      t.quantity_e4 as last_cost_quantity_e4, t.created_at as costed_at`,
    again: `on conflict (company, product) do update set quantity_e4 = quantity_e4 + excluded.quantity_e4,
      updated_at = excluded.updated_at, last_cost_e2 = excluded.last_cost_e2,
      last_cost_quantity_e4 = excluded.last_cost_quantity_e4, costed_at = excluded.costed_at`,
  },
  {
    table: "ledger_spans",
    key: "n.access_key",
    from: `notes n join ledger_spans t on t.company = n.company
      and t.span = n.processed_at / ${SPAN_MS}`,
    again: "replace",
  },
  { table: "events", key: "t.payload ->> 'access_key'", from: "events t" },
  {
    table: "cache_versions",
    key: "n.access_key",
    // The tags that every note bumps.
    from: `notes n join cache_versions t on t.company = n.company
      and t.version >= (select count(*) from notes)`,
    again: "on conflict (company, tag) do update set version = version + 1",
  },
  { table: "audit", key: "t.entity_id", from: "audit t" },
];

/** The rows of up to `most` approved notes in the database of a running service, by note. */
export function rowsOfNotes(path: string, most: number): Rows[] {
  const database = new Sqlite(path, { readonly: true });
  const notes = new Map<string, Map<string, Cells[]>>();
  const keys = database.query<{ access_key: string }, [number]>(
    "select access_key from notes where status = 'PROCESSADA' order by id limit ?1",
  );
  for (const { access_key } of keys.all(most)) notes.set(access_key, new Map());
  for (const { table, key, from, columns = "t.*" } of PARTS) {
    const rows = database.query<Cells, []>(`select ${key} as its_note, ${columns} from ${from}`);
    for (const { its_note, ...cells } of rows.iterate()) {
      const note = notes.get(String(its_note));
      if (note === undefined) continue;
      const known = note.get(table);
      if (known === undefined) note.set(table, [cells]);
      else known.push(cells);
    }
  }
  database.close();
  return [...notes.values()];
}

export interface Written {
  readonly perSecond: number;
  readonly cpuMs: number;
}

/**
 * Writes the rows into a new file with the tables of the service: bun:sqlite, prepared statements, one commit for each
 * note, synchronous NORMAL. It parses no XML and checks nothing.
 */
export async function writeBare(notes: readonly Rows[]): Promise<Written> {
  await using folder = await emptyFolder();
  return await writeBareInto(join(folder.path, "bare.db"), notes);
}

/** The same, into a file that is kept. */
export async function writeBareInto(path: string, notes: readonly Rows[]): Promise<Written> {
  const service = await openDatabase(`file:${path}`);
  await service.migrate();
  await service.writing.execute(
    `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          values (1, 'Bancada', '[]', 'production', 'America/Sao_Paulo', 0, '[]', 0, 0, 1, 1, 0, 0)`,
  );
  await service.close();
  const database = new Sqlite(path);
  for (const pragma of ["journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"])
    database.run(`PRAGMA ${pragma}`);
  const inserts = PARTS.flatMap(({ table, again }) => {
    const [sample] = notes.flatMap((note) => note.get(table)?.slice(0, 1) ?? []).slice(0, 1);
    if (sample === undefined) return [];
    const columns = Object.keys(sample);
    const places = columns.map((_, n) => `?${n + 1}`).join(", ");
    const updates = columns.map((column) => `${column} = excluded.${column}`).join(", ");
    const conflict = again === "replace" ? `on conflict do update set ${updates}` : (again ?? "");
    const insert = `insert into ${table} (${columns.join(", ")}) values (${places}) ${conflict}`;
    return [{ table, insert: database.prepare<unknown, SQLQueryBindings[]>(insert) }];
  });
  const write = database.transaction((note: Rows) => {
    for (const { table, insert } of inserts)
      for (const cells of note.get(table) ?? []) insert.run(...Object.values(cells));
  });
  const used = process.cpuUsage();
  const begun = performance.now();
  for (const note of notes) write.immediate(note);
  const seconds = (performance.now() - begun) / 1_000;
  const cpu = process.cpuUsage(used);
  database.close();
  return {
    perSecond: notes.length / seconds,
    cpuMs: (cpu.user + cpu.system) / 1_000 / notes.length,
  };
}
