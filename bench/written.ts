import type { Database as Sqlite } from "bun:sqlite";

/** A row of every table and an entry of every index as text, by the name of the table or index. */
export type Snapshot = ReadonlyMap<string, ReadonlySet<string>>;

/** Of a table or an index: its name, the table it belongs to, and the query of its rows or entries. */
interface Part {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

interface Listed {
  readonly name: string;
  readonly wr: number;
}

/** The tables of a database and their indexes. The key of a table without row ids is the table itself, and no index. */
function partsOf(database: Sqlite): Part[] {
  const tables = database
    .query<Listed, []>(
      "select name, wr from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%'",
    )
    .all();
  return tables.flatMap(({ name: table, wr }) => [
    { name: table, table, sql: `select * from "${table}"` },
    ...database
      .query<{ name: string; origin: string; sql: string | null }, [string]>(
        `select l.name, l.origin, s.sql from pragma_index_list(?1) l
          left join sqlite_schema s on s.type = 'index' and s.name = l.name`,
      )
      .all(table)
      .filter(({ origin }) => wr === 0 || origin !== "pk")
      .map(({ name, sql }) => {
        const columns = database
          .query<{ name: string | null }, [string]>("select name from pragma_index_xinfo(?1)")
          .all(name)
          .map((column) => `"${column.name ?? "rowid"}"`);
        const where = /\bwhere\b[\s\S]*$/i.exec(sql ?? "")?.[0] ?? "";
        return { name, table, sql: `select ${columns.join(", ")} from "${table}" ${where}` };
      }),
  ]);
}

/** Everything that stands in the database now. For small ones: it reads all of it. */
export function snapshotOf(database: Sqlite): Snapshot {
  return new Map(
    partsOf(database).map(({ name, sql }) => [
      name,
      new Set(
        database
          .query(sql)
          .values()
          .map((cells) => JSON.stringify(cells)),
      ),
    ]),
  );
}

/** What was written into a table: new and changed rows, and entries of its indexes. */
export interface Written {
  readonly table: string;
  readonly rows: number;
  readonly entries: number;
}

/** What was written since a snapshot, by table, without tables that are as they were. */
export function writtenSince(before: Snapshot, database: Sqlite): Written[] {
  const after = snapshotOf(database);
  const fresh = (name: string) =>
    (after.get(name) ?? new Set()).difference(before.get(name) ?? new Set()).size;
  return [...Map.groupBy(partsOf(database), ({ table }) => table)]
    .map(([table, parts]) => ({
      table,
      rows: fresh(table),
      entries: parts
        .filter(({ name }) => name !== table)
        .reduce((sum, { name }) => sum + fresh(name), 0),
    }))
    .filter(({ rows, entries }) => rows + entries > 0);
}

const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * The numbers of the pages in the frames of a write-ahead log, in their order. A log that was begun again keeps the frames of before
 * behind its own: they have other salts (the file format of SQLite, 4.1).
 */
export function pagesIn(log: Uint8Array, pageSize: number): number[] {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const pages: number[] = [];
  for (
    let at = WAL_HEADER;
    at + FRAME_HEADER + pageSize <= log.byteLength;
    at += FRAME_HEADER + pageSize
  ) {
    if (view.getBigUint64(at + 8) !== view.getBigUint64(16)) break;
    pages.push(view.getUint32(at));
  }
  return pages;
}

/** Bytes of the log by table: a page of an index counts for its table, one that is no table's for `other`. */
export function bytesByTable(
  database: Sqlite,
  pages: readonly number[],
): ReadonlyMap<string, number> {
  const { page_size: pageSize = 4_096 } =
    database.query<{ page_size: number }, []>("pragma page_size").get() ?? {};
  const tables = new Map(
    database
      .query<{ pageno: number; tbl_name: string }, []>(
        "select d.pageno, s.tbl_name from dbstat d join sqlite_schema s on s.name = d.name",
      )
      .all()
      .map(({ pageno, tbl_name }) => [pageno, tbl_name]),
  );
  const bytes = new Map<string, number>();
  for (const page of pages) {
    const table = tables.get(page) ?? "other";
    bytes.set(table, (bytes.get(table) ?? 0) + pageSize + FRAME_HEADER);
  }
  return bytes;
}
