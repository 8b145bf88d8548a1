import { getTableColumns } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { trusted } from "../lib/cast.ts";
import type { Row } from "./sql.ts";

/** Columns of a declared table (tables.ts) for a statement of constant text, and how its rows are read. */
export interface Columns<T> {
  /** For the select list: `n.id, n.access_key`. */
  readonly sql: string;
  /** A row with these columns, by their declared names and types: JSON parsed, 0 and 1 as booleans. */
  read(row: Row): T;
}

/**
 * The named columns of a table, under an alias. Text is how a table is read; drizzle's builder serves only a filter that is put
 * together for each request (the list of notes) and what is read rarely (measured: a note by its key 27 µs, by the builder
 * 231 µs). The declaration is the one place that gives a row its type, for text and for
 * drizzle's builder alike; test/migrations.test.ts compares it with the database, whose STRICT tables check the types.
 */
export function columnsOf<T extends SQLiteTable, Name extends keyof T["$inferSelect"] & string>(
  table: T,
  alias: string,
  names: readonly Name[],
): Columns<Pick<T["$inferSelect"], Name>> {
  const declared = getTableColumns(table);
  const columns = names.map((name) => {
    const column = declared[name];
    if (column === undefined) throw new Error(`no column ${name}`);
    return { name, column, sqlName: column.name };
  });
  return {
    sql: columns.map(({ sqlName }) => `${alias}.${sqlName}`).join(", "),
    read(row) {
      const read: Record<string, unknown> = {};
      for (const { name, column, sqlName } of columns) {
        const value = row[sqlName] ?? null;
        read[name] = value === null ? null : column.mapFromDriverValue(value);
      }
      return trusted<Pick<T["$inferSelect"], Name>>(read);
    },
  };
}
