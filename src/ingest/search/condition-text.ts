import { and, type SQL, sql } from "drizzle-orm";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import { trusted } from "../../lib/cast.ts";
import type { Value } from "../../ports/sql.ts";

/** A condition over `notes` as text, and the parameters of its statement so far. */
export interface NoteCondition {
  readonly where: string;
  readonly args: Value[];
}

/** Conditions over `notes` as text, with parameters that follow those already in use. */
export function textOf(
  conditions: readonly (SQL | undefined)[],
  used: readonly Value[] = [],
): NoteCondition {
  // With numbers, as parameters may follow in the rest of the statement.
  const dialect = Object.assign(new SQLiteSyncDialect(), {
    escapeParam: (index: number) => `?${used.length + 1 + index}`,
  });
  const { sql: where, params } = dialect.sqlToQuery(and(...conditions) ?? sql`true`);
  return { where, args: [...used, ...trusted<Value[]>(params)] };
}
