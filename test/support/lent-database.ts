import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client, InStatement } from "@libsql/client";
import { trusted } from "../../src/lib/cast.ts";
import { type Connection, openConnection } from "../../src/platform/bun/database/connection.ts";
import { type Database, openDatabase } from "../../src/platform/bun/database/database.ts";
import { atEnd } from "./at-end.ts";

/*
 * Opening a database and preparing its statements took a third of all tests: a database that a test has given back is lent to the
 * next one of its file, with the pages of the copy that this one begins with.
 */

/** A database on disk in a folder of its own, for one test. */
export interface LentDatabase {
  readonly folder: string;
  /** Its connections. A test that uses them itself, past the ports, may leave anything in them: that database is not lent again. */
  readonly database: Database;
  /** What the ports are made of; it fails after `release`. */
  readonly writing: Pick<Database["writing"], "batch">;
  readonly reading: Database["reading"];
  /** Reads alone. */
  readonly drizzleClient: Client;
  release(): Promise<void>;
}

interface Opened {
  readonly folder: string;
  readonly database: Database;
  /** Writes the pages: a connection of its own, because a search index keeps what its own connection has written. */
  readonly pages: Connection;
}

const FILE = "sge.db";
const PAGE_BYTES = 4_096;
/** Databases that wait; few tests have more than two services. */
const KEPT = 3;
const idle: Opened[] = [];

/** Lends a database with the pages of `bytes`. */
export async function lendDatabase(bytes: Uint8Array): Promise<LentDatabase> {
  const opened = (await again(bytes)) ?? (await open(bytes));
  const { folder, database } = opened;
  let used = false;
  let over = false;
  const now = <T>(ask: () => Promise<T>): Promise<T> =>
    over ? Promise.reject(new Error("this test's database was given back")) : ask();
  const client = database.drizzleClient;
  const reads: Pick<Client, "execute" | "batch"> = {
    execute: (statement: InStatement) => now(() => client.execute(statement)),
    batch: (statements, mode) => now(() => client.batch(statements, mode)),
  };
  return {
    folder,
    database: new Proxy(database, {
      get(whole, name) {
        used = true;
        return Reflect.get(whole, name);
      },
    }),
    writing: { batch: (statements, mode) => now(() => database.writing.batch(statements, mode)) },
    reading: { execute: (statement) => now(() => database.reading.execute(statement)) },
    // For reads drizzle calls nothing else.
    drizzleClient: trusted<Client>(reads),
    async release() {
      over = true;
      if (used || idle.length >= KEPT || database.state.fault() !== null) await close(opened);
      else idle.push(opened);
    },
  };
}

async function open(bytes: Uint8Array): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), "sge-test-"));
  writeFileSync(join(folder, FILE), bytes);
  const database = await openDatabase(`file:${join(folder, FILE)}`);
  // Without fsync: a test need not survive a loss of power. test/platform tests the real writer's setting.
  await database.writing.execute("PRAGMA synchronous = OFF");
  const pages = openConnection(join(folder, FILE), "PRAGMA synchronous = OFF");
  return { folder, database, pages };
}

async function close({ folder, database, pages }: Opened): Promise<void> {
  await pages.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

/** A database that was given back, as `bytes` say it; null where there is none, or it takes no pages. */
async function again(bytes: Uint8Array): Promise<Opened | null> {
  const opened = idle.pop();
  if (opened === undefined) return null;
  try {
    // One write as any other: the connections see it as one, and keep their statements while the tables are the same.
    await opened.pages.batch(
      [
        {
          sql: `update sqlite_dbpage set data = substr(?1, (pgno - 1) * ${PAGE_BYTES} + 1, ${PAGE_BYTES})
            where pgno <= ?2 and data <> substr(?1, (pgno - 1) * ${PAGE_BYTES} + 1, ${PAGE_BYTES})`,
          args: [bytes, bytes.length / PAGE_BYTES],
        },
      ],
      "write",
    );
    for (const name of readdirSync(opened.folder))
      if (!name.startsWith(FILE))
        rmSync(join(opened.folder, name), { recursive: true, force: true });
    return opened;
  } catch {
    await close(opened);
    return null;
  }
}

atEnd.add(async () => {
  for (const opened of idle.splice(0)) await close(opened);
});
