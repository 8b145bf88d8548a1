import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { migrate } from "drizzle-orm/libsql/migrator";
import { writing } from "../../resilience/policies.ts";

/** The project's own folder, whatever directory the process was started in. */
const MIGRATIONS = fileURLToPath(new URL("../../../migrations", import.meta.url));

/** Two clients on one database: pragmas hold for a connection, so each local client has exactly one. */
export interface Database {
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
  if (path !== null) await mkdir(dirname(path), { recursive: true });
  const local = path !== null;
  const open = () =>
    createClient({
      url,
      intMode: "number",
      ...(authToken === undefined ? {} : { authToken }),
      ...(local ? { concurrency: 1, timeout: 0 } : {}),
    });
  const writer = open();
  const reader = open();
  if (local) {
    await patient(() => writer.execute("PRAGMA journal_mode = WAL"));
    await patient(() =>
      writer.executeMultiple("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"),
    );
    await patient(() => reader.execute("PRAGMA query_only = 1"));
  }
  return {
    writing: writer,
    reading: reader,
    migrate: () => patient(() => migrate(drizzle(writer), { migrationsFolder: MIGRATIONS })),
    async close() {
      reader.close();
      if (local) await writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => undefined);
      writer.close();
    },
  };
}

/** Another process may hold the file for a moment while both start. */
const patient = <T>(ask: () => Promise<T>): Promise<T> =>
  writing.execute(ask, AbortSignal.timeout(5_000));

/** The path of a local database; null for one that is reached by network. */
function filePath(url: string): string | null {
  if (!url.startsWith("file:")) return null;
  return url
    .slice("file:".length)
    .replace(/^\/\/(?=\/)/, "")
    .replace(/\?.*$/, "");
}
