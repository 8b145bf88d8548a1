import type { InStatement } from "@libsql/client";
import Libsql from "libsql";
import { trusted } from "../../../lib/cast.ts";
import type { BytesToPack, Row, Value, WriteStatement } from "../../../ports/sql.ts";
import type { StatementResult } from "../../libsql/rows.ts";
import { packed } from "./packed.ts";

/** Statements that one connection keeps prepared; the program's texts are constant and fewer than this. */
const KEPT = 400;
/** Of longer texts none is kept: a note of up to 40 items is below, one of some hundred above. */
export const KEPT_LENGTH = 10_240;

/**
 * A statement that changes rows runs in a transaction that takes the lock first: SQLite leaves a statement that met a lock in the
 * middle of its work, the binding does not reset it, and later writes of the connection would not be committed.
 */
const CHANGES =
  /^\s*(?:with\b[\s\S]*\b)?(?:insert\s+(?:or\s+\w+\s+)?into|update|delete\s+from|replace\s+into)\b/i;

interface Prepared {
  readonly statement: Libsql.Statement<unknown[]>;
  /** Whether it returns rows; the binding would check it at every call. */
  readonly reads: boolean;
}

/** What a local connection takes: what the client takes, and parameters that are to be packed. */
export type Bindable = InStatement | WriteStatement;

/**
 * One connection to a local database that keeps its statements prepared. @libsql/client prepares at every call, which cost
 * a fifth of an upload (docs/adr/0002); this stands on the binding beneath it, the same SQLite, so that both may have the
 * file open. Every call is synchronous inside; errors carry SQLite's code, as the client's do.
 */
export interface Connection {
  execute(statement: InStatement): Promise<StatementResult>;
  /** All statements or none; takes the lock first and does not wait for it (SQLITE_BUSY). */
  batch(statements: Bindable[], mode: "write"): Promise<StatementResult[]>;
  /** Several statements without parameters or rows. */
  executeMultiple(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens `path`; `pragmas` hold for as long as the connection does. */
export function openConnection(path: string, pragmas: string): Connection {
  const database = new Libsql(path, { timeout: 0 });
  database.exec(pragmas);
  const kept = new Map<string, Prepared>();

  const prepare = (sql: string): Prepared => {
    const statement = database.prepare(sql);
    return { statement, reads: statement.reader };
  };
  const prepared = (sql: string): Prepared => {
    if (sql.length > KEPT_LENGTH) return prepare(sql);
    const known = kept.get(sql);
    // Deleted and set again: the first key of the map is the least recently used.
    if (known !== undefined) kept.delete(sql);
    const ready = known ?? prepare(sql);
    if (kept.size >= KEPT) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    kept.set(sql, ready);
    return ready;
  };

  const run = (statement: Bindable): StatementResult => {
    const { sql, args } = typeof statement === "string" ? { sql: statement, args: [] } : statement;
    const { statement: ready, reads } = prepared(sql);
    try {
      // Names are not used: the parameters are an array, which the binding takes as the whole list.
      const bound = bindable(trusted<readonly (Value | BytesToPack)[]>(args ?? []));
      if (reads) return { rows: trusted<Row[]>(ready.all(bound)) };
      ready.run(bound);
      return { rows: [] };
    } catch (error) {
      // The binding does not reset a failed statement: it would keep its lock until it is garbage-collected.
      kept.delete(sql);
      throw error;
    }
  };

  const batch = (statements: readonly Bindable[]): StatementResult[] => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const answers = statements.map(run);
      database.exec("COMMIT");
      return answers;
    } catch (error) {
      if (database.inTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };

  return {
    async execute(statement) {
      const sql = typeof statement === "string" ? statement : statement.sql;
      return CHANGES.test(sql) ? (batch([statement])[0] ?? { rows: [] }) : run(statement);
    },
    async batch(statements) {
      return batch(statements);
    },
    async executeMultiple(sql) {
      database.exec(sql);
    },
    async close() {
      kept.clear();
      database.close();
    },
  };
}

/** The parameters as SQLite takes them: bytes that were to be packed are packed now. */
const bindable = (args: readonly (Value | BytesToPack)[]): readonly Value[] =>
  args.map((arg) =>
    typeof arg === "object" && arg !== null && "pack" in arg ? packed(arg.bytes) : arg,
  );
