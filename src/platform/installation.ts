import type { InStatement } from "@libsql/client";
import { StorageFault } from "../resilience/storage-fault.ts";
import { constraintOf } from "../resilience/transient-faults.ts";
import type { BatchClient } from "./libsql/group-writer.ts";
import { rowsOf, type StatementResult } from "./libsql/rows.ts";

/** The row of the table `installation`: the id of the installation, and how many commits of the service the database has had. */
export interface Installation {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly commits: number;
}

/** A local database file as it was last seen. Only a VACUUM makes it smaller, and its change counter never goes down. */
export interface SeenFile {
  readonly size: number;
  /** SQLite's change counter, in the header of the file. */
  readonly changes: number;
}

/** What is stored outside of the database: a database with fewer commits than its mark has lost some. */
export interface Mark extends Installation {
  /** When it was true, ms UTC. */
  readonly at: number;
  /** The database that a restore is putting in place: until it is done, either may be there. */
  readonly next: Installation | null;
  /** Null where it was not read yet, or there is no file. */
  readonly file: SeenFile | null;
}

/** The store of the mark. A mark is written whole or not at all, whenever the process ends. */
export interface Marks {
  /** Null where there is none. Throws StorageFault for one that cannot be read. */
  read(): Promise<Mark | null>;
  /** Replaces the mark; durable when it resolves. */
  write(mark: Mark): Promise<void>;
  /** An absent mark is no error. */
  remove(): Promise<void>;
}

/** How a database differs from its mark. */
export type Difference =
  /** It has no installation: it is empty, or older than that table. */
  | { readonly kind: "empty" }
  | { readonly kind: "another" }
  | { readonly kind: "older"; readonly missing: number };

/** The difference, or null where the database is the marked one and has at least the commits of the mark. */
export function differenceOf(mark: Mark, found: Installation | null): Difference | null {
  if (found === null) return { kind: "empty" };
  const meant = [mark, mark.next].find((one) => one?.id === found.id);
  if (meant == null) return { kind: "another" };
  const missing = meant.commits - found.commits;
  return missing > 0 ? { kind: "older", missing } : null;
}

/** The time of the last write that the mark counts, in Brazilian form: `28/11/2026 09:18:05 UTC`. */
export function whenOf({ at }: Mark): string {
  const [day = "", time = ""] = new Date(at).toISOString().split("T");
  return `${day.split("-").reverse().join("/")} ${time.slice(0, 8)} UTC`;
}

/** The difference as a sentence that names the database and what to do (Portuguese). */
export function sayDifference(difference: Difference, where: string, mark: Mark): string {
  const since = `${mark.commits} gravações até ${whenOf(mark)}`;
  const what = {
    empty: `${where} está vazio ou é anterior à marca desta instalação (${since})`,
    another: `${where} não é o banco de dados desta instalação (${since})`,
    older: `${where} perdeu ${difference.kind === "older" ? difference.missing : 0} das ${since}`,
  }[difference.kind];
  return `${what}. ${WAY_OUT}`;
}

/** How to repair a lost database on a single server (Portuguese). */
export const WAY_OUT =
  "Restaure uma cópia com sge restore CÓPIA --force; se este estado é o que você quer, confirme com sge adopt --force";

/** The installation of a database; null where it has no such table, or no row in it. */
export async function installationOf(reading: {
  execute(statement: InStatement): Promise<StatementResult>;
}): Promise<Installation | null> {
  const [there] = rowsOf(await reading.execute(THERE));
  if (there === undefined) return null;
  const [row] = rowsOf(await reading.execute("select id, commits from installation"));
  return row === undefined ? null : { id: String(row.id), commits: Number(row.commits) };
}

const THERE = "select 1 from sqlite_schema where type = 'table' and name = 'installation'";

/** Counts a commit. In another database, or one that lost commits, the value is NULL, which the column refuses. */
const COUNT_CHECKED = `update installation set commits = case when id = ?1 and commits >= ?2 then commits + 1 end
  returning id, commits`;
/** Counts a commit of a database without a mark. */
const COUNT = "update installation set commits = commits + 1 returning id, commits";

/** Checks the commits of one process, or of one isolate, against the mark. */
export interface CommitCheck {
  /** What the next commit must find at least; null: anything. */
  expected(): Promise<Installation | null> | Installation | null;
  /** A commit is in the database; its callers have no answer yet. */
  committed(now: Installation): void;
  /** The database refused a batch. */
  refused?(fault: StorageFault): void;
}

/**
 * Batches that are written into the database of this installation or not at all: the first statement of each counts the commit
 * and fails in a database with another id, or one that lost commits. Fails with StorageFault; `where` is its database's name.
 */
export function checkedBatches(
  batches: BatchClient,
  where: string,
  check: CommitCheck,
  wayOut = WAY_OUT,
): BatchClient {
  const refused = (why: string, cause?: unknown) => {
    const fault = new StorageFault("gone", `${why}. ${wayOut}`, { cause });
    check.refused?.(fault);
    return fault;
  };
  return {
    async batch(statements, mode) {
      const expected = await check.expected();
      const first =
        expected === null ? COUNT : { sql: COUNT_CHECKED, args: [expected.id, expected.commits] };
      let answers: StatementResult[];
      try {
        answers = await batches.batch([first, ...statements], mode);
      } catch (error) {
        if (NOT_THIS.test(constraintOf(error) ?? ""))
          throw refused(
            `${where} foi trocado por outro banco de dados ou por um mais antigo`,
            error,
          );
        if (error instanceof Error && NO_TABLE.test(error.message))
          throw refused(`${where} não tem mais as tabelas do serviço`, error);
        throw error;
      }
      const [counted, ...own] = answers;
      const [row] = counted === undefined ? [] : rowsOf(counted);
      if (row === undefined) throw refused(`${where} não informa de que instalação é`);
      check.committed({ id: String(row.id), commits: Number(row.commits) });
      return own;
    },
  };
}

const NOT_THIS = /NOT NULL constraint failed: installation\.commits/;
const NO_TABLE = /no such table: (?:main\.)?installation/;
