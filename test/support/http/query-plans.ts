import type { InStatement, ResultSet } from "@libsql/client";
import type { Statement, WriteJob, WriteStatement } from "../../../src/ports/sql.ts";
import type { TestApp } from "../app.ts";

/** Every text of SQL that a service runs from now on, with parameters that it was run with. */
export function recordStatements({ ports }: TestApp): Map<string, Statement> {
  const statements = new Map<string, Statement>();
  const hear = ({ sql, args }: WriteStatement) => {
    const plain = args.map((arg) =>
      typeof arg === "object" && arg !== null && "pack" in arg ? arg.bytes : arg,
    );
    statements.set(sql, { sql, args: plain });
  };
  const { reader, writer, database } = ports;
  const { rows, single } = reader;
  reader.rows = (statement, signal) => {
    hear(statement);
    return rows(statement, signal);
  };
  reader.single = (statement, signal) => {
    hear(statement);
    return single(statement, signal);
  };
  const commit = writer.commit.bind(writer);
  writer.commit = <T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T> => {
    job.statements.forEach(hear);
    return commit(job, signal);
  };
  // What drizzle has built.
  const { drizzleClient } = database;
  const execute = drizzleClient.execute.bind(drizzleClient);
  drizzleClient.execute = (statement: InStatement | string): Promise<ResultSet> => {
    const sql = typeof statement === "string" ? statement : statement.sql;
    hear({ sql, args: [] });
    return execute(typeof statement === "string" ? { sql: statement } : statement);
  };
  return statements;
}

/** What a plan does that grows with a table: `scan`: reads all of it; `company`: all of one company's; `sort`: orders a list. */
export interface Cost {
  readonly kind: "scan" | "company" | "sort";
  /** The table, or the list. */
  readonly what: string;
}

/** The costs of a statement, by its plan; `tables` are those that grow. */
export async function costsOf(
  { ports }: TestApp,
  statement: Statement,
  tables: readonly string[],
): Promise<Cost[]> {
  const plan = await ports.reader.rows({
    sql: `explain query plan ${statement.sql}`,
    args: statement.args,
  });
  const names = aliases(statement.sql, tables);
  return plan.flatMap(({ detail }): Cost[] => {
    const text = String(detail);
    const [, how, name = ""] = /^(SCAN|SEARCH) (\S+)/.exec(text) ?? [];
    const table = names.get(name.toLowerCase());
    // What is not a list is bounded by what it belongs to: the rows of one note, of one key.
    if (text === "USE TEMP B-TREE FOR ORDER BY")
      return /\blimit\b/i.test(statement.sql) ? [{ kind: "sort", what: "list" }] : [];
    if (table === undefined || how === undefined || text.includes("VIRTUAL TABLE")) return [];
    if (how === "SCAN") return [{ kind: "scan", what: table }];
    return /\(company=\?\)$/.test(text) ? [{ kind: "company", what: table }] : [];
  });
}

/** The names under which a text speaks of the tables. */
function aliases(sql: string, tables: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const words = sql.toLowerCase().replaceAll('"', "");
  const spoken = /\b(?:from|join|update|into)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?/g;
  for (const [, table = "", alias = ""] of words.matchAll(spoken)) {
    if (!tables.includes(table)) continue;
    names.set(table, table);
    names.set(alias, table);
  }
  for (const [, table = "", alias = ""] of words.matchAll(/,\s*(\w+)\s+(\w)\b/g))
    if (tables.includes(table)) names.set(alias, table);
  return names;
}
