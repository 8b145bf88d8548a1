import type { InStatement } from "@libsql/client";
import { StorageFault } from "../resilience/storage-fault.ts";
import { constraintOf } from "../resilience/transient-faults.ts";
import type { BatchClient } from "./libsql/group-writer.ts";
import { rowsOf, type StatementResult } from "./libsql/rows.ts";

/** What a database says of itself (the table `installation`): whose it is, and how many commits of the service it has had. */
export interface Installation {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly commits: number;
}

/** A local database's file as it was seen last. Only a VACUUM makes it smaller, and nothing makes its count of changes lower. */
export interface SeenFile {
  readonly size: number;
  /** SQLite's own count, in the file's header. */
  readonly changes: number;
}

/** What is kept outside of the database: a database that has fewer commits has lost some. */
export interface Mark extends Installation {
  /** When it was true, ms UTC. */
  readonly at: number;
  /** What a restore is about to put in the place: until it has, either may be there. */
  readonly next: Installation | null;
  /** Null where nobody has looked, or there is no file. */
  readonly file: SeenFile | null;
}

/** Where the mark is kept. A mark is there whole or not at all, whenever the process ends. */
export interface Marks {
  /** Null where there is none. Throws StorageFault for one that cannot be read as a mark. */
  read(): Promise<Mark | null>;
  /** Durable when it resolves; it replaces what was there. */
  write(mark: Mark): Promise<void>;
  /** None is no fault. */
  remove(): Promise<void>;
}

/** How a database differs from what its mark says. */
export type Difference =
  /** It says nothing of an installation: empty, or from before there were any. */
  | { readonly kind: "empty" }
  | { readonly kind: "another" }
  | { readonly kind: "older"; readonly missing: number };

/** The difference, or null where the database is the marked one and lacks nothing that the mark knows of. */
export function differenceOf(mark: Mark, found: Installation | null): Difference | null {
  if (found === null) return { kind: "empty" };
  const meant = [mark, mark.next].find((one) => one?.id === found.id);
  if (meant == null) return { kind: "another" };
  const missing = meant.commits - found.commits;
  return missing > 0 ? { kind: "older", missing } : null;
}

/** When the last write that a mark counts was made, as it is read in Brazil: `28/11/2026 09:18:05 UTC`. */
export function whenOf({ at }: Mark): string {
  const [day = "", time = ""] = new Date(at).toISOString().split("T");
  return `${day.split("-").reverse().join("/")} ${time.slice(0, 8)} UTC`;
}

/** The difference in a sentence that names the database and says what to do (Portuguese). */
export function sayDifference(difference: Difference, where: string, mark: Mark): string {
  const since = `${mark.commits} gravações até ${whenOf(mark)}`;
  const what = {
    empty: `${where} está vazio ou é anterior à marca desta instalação (${since})`,
    another: `${where} não é o banco de dados desta instalação (${since})`,
    older: `${where} perdeu ${difference.kind === "older" ? difference.missing : 0} das ${since}`,
  }[difference.kind];
  return `${what}. ${WAY_OUT}`;
}

/** What mends a database that is gone, on the machine that it was on. */
export const WAY_OUT =
  "Restaure uma cópia com sge restore CÓPIA --force; se este estado é o que você quer, confirme com sge adopt --force";

/** What a database says of itself; null where it has no such table, or no row in it. */
export async function installationOf(reading: {
  execute(statement: InStatement): Promise<StatementResult>;
}): Promise<Installation | null> {
  const [there] = rowsOf(await reading.execute(THERE));
  if (there === undefined) return null;
  const [row] = rowsOf(await reading.execute("select id, commits from installation"));
  return row === undefined ? null : { id: String(row.id), commits: Number(row.commits) };
}

const THERE = "select 1 from sqlite_schema where type = 'table' and name = 'installation'";

/** Counts a commit; with a NULL, which the column refuses, where the database is another or has lost what it had. */
const SEAL = `update installation set commits = case when id = ?1 and commits >= ?2 then commits + 1 end
  returning id, commits`;
/** Counts a commit of a database that nobody has marked yet. */
const COUNT = "update installation set commits = commits + 1 returning id, commits";

/** The commits of one process, or of one isolate. */
export interface CommitCheck {
  /** What the next commit must find at least; null: whatever there is. */
  expected(): Promise<Installation | null> | Installation | null;
  /** A commit is in the database, and nobody was told yet. */
  committed(now: Installation): void;
  /** A batch was refused. */
  refused?(fault: StorageFault): void;
}

/**
 * Batches that are written into this installation's database or not at all: the first statement of each counts it, and refuses
 * it in a database of another id, or one that has lost a commit. Fails with StorageFault; `where` names the database in it.
 */
export function checkedBatches(
  batches: BatchClient,
  where: string,
  seal: CommitCheck,
  wayOut = WAY_OUT,
): BatchClient {
  const refused = (why: string, cause?: unknown) => {
    const fault = new StorageFault("gone", `${why}. ${wayOut}`, { cause });
    seal.refused?.(fault);
    return fault;
  };
  return {
    async batch(statements, mode) {
      const expected = await seal.expected();
      const first =
        expected === null ? COUNT : { sql: SEAL, args: [expected.id, expected.commits] };
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
      seal.committed({ id: String(row.id), commits: Number(row.commits) });
      return own;
    },
  };
}

const NOT_THIS = /NOT NULL constraint failed: installation\.commits/;
const NO_TABLE = /no such table: (?:main\.)?installation/;
