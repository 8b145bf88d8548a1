import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { migrate } from "drizzle-orm/libsql/migrator";
import { writing } from "../../resilience/policies.ts";
import { neverHappened } from "../../resilience/weather.ts";

/** The project's own folder, whatever directory the process was started in. */
const MIGRATIONS = fileURLToPath(new URL("../../../migrations", import.meta.url));

/** Two clients on one database: pragmas hold for a connection, so each local client has exactly one. */
export interface Database {
  /** For groupWriter: atomic batches, one after the other. */
  readonly writing: Client;
  /** Local: refuses to write (`PRAGMA query_only`). */
  readonly reading: Client;
  /** Brings the tables to this version of the program; does nothing when they are. */
  migrate(): Promise<void>;
  /** Folds the write-ahead log into the file and closes both clients. */
  close(): Promise<void>;
}

/**
 * Opens the database named by a `file:`, `http:` or `libsql:` URL; makes the directory of a file.
 * Local: WAL and `synchronous=FULL`, so that what was committed survives a loss of power, and no busy timeout,
 * because a wait in the native client stops the event loop (design decisions 10 and 11).
 */
export async function openDatabase(url: string, authToken?: string): Promise<Database> {
  const path = filePath(url);
  return path === null ? openRemote(url, authToken) : openFile(url, path);
}

async function openFile(url: string, path: string): Promise<Database> {
  await mkdir(dirname(path), { recursive: true });
  const open = () => createClient({ url, intMode: "number", concurrency: 1, timeout: 0 });
  const writer = open();
  const reader = open();
  await patient(writer, () => writer.execute("PRAGMA journal_mode = WAL"));
  await patient(writer, () => settle(writer));
  await reader.execute("PRAGMA query_only = 1");
  return {
    writing: unstuck(writer),
    reading: reader,
    async migrate() {
      await patient(writer, () => migrated(writer));
      await settle(writer);
    },
    async close() {
      reader.close();
      await writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => undefined);
      writer.close();
    },
  };
}

async function openRemote(url: string, authToken: string | undefined): Promise<Database> {
  const client = createClient({
    url,
    intMode: "number",
    ...(authToken === undefined ? {} : { authToken }),
  });
  return {
    writing: client,
    reading: client,
    migrate: () => migrated(client),
    async close() {
      client.close();
    },
  };
}

/** Two processes that start together may both begin; the one that comes second finds the work done when it looks again. */
async function migrated(client: Client): Promise<void> {
  const run = () => migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
  await run().catch(run);
}

/** The pragmas that a connection of the writer must have; WAL is kept by the file itself. */
const settle = (writer: Client) =>
  writer.executeMultiple("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");

/**
 * A client whose batches may meet a lock. The native binding never resets a statement that failed with SQLITE_BUSY: it keeps
 * its snapshot, and every later BEGIN of the connection fails until the garbage collector comes by, a second or more
 * (tursodatabase/libsql-client-ts#352). So the lock is asked for first in a way that leaves nothing behind (5 µs).
 */
function unstuck(client: Client): Client {
  const batch: Client["batch"] = async (statements, mode) => {
    await client.executeMultiple("BEGIN IMMEDIATE; ROLLBACK");
    try {
      return await client.batch(statements, mode);
    } catch (error) {
      if (neverHappened(error)) await renew(client);
      throw error;
    }
  };
  return new Proxy(client, {
    get(target, name) {
      if (name === "batch") return batch;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A new connection in the place of one that is stuck. */
async function renew(client: Client): Promise<void> {
  await client.reconnect();
  await settle(client);
}

/** Another process may hold the file for a moment while both start. */
const patient = <T>(client: Client, ask: () => Promise<T>): Promise<T> =>
  writing.execute(
    () =>
      ask().catch(async (error) => {
        if (neverHappened(error)) await client.reconnect();
        throw error;
      }),
    AbortSignal.timeout(5_000),
  );

/** The path of a local database; null for one that is reached by network. */
function filePath(url: string): string | null {
  if (!url.startsWith("file:")) return null;
  return url
    .slice("file:".length)
    .replace(/^\/\/(?=\/)/, "")
    .replace(/\?.*$/, "");
}
