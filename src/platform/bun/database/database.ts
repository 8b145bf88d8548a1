import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Client, createClient } from "@libsql/client";
import type { Circuit, CircuitFigures } from "../../../resilience/circuit.ts";
import { lockedFileCircuit, writeRetry } from "../../../resilience/policies.ts";
import type { SeenFile } from "../../installation.ts";
import type { BatchClient } from "../../libsql/group-writer.ts";
import type { ReadClient } from "../../libsql/reader.ts";
import { remoteDatabase } from "../../libsql/remote-database.ts";
import { rowsOf } from "../../libsql/rows.ts";
import { PRIVATE, restrictToOwner } from "../files/owner-only.ts";
import { type Connection, openConnection } from "./connection.ts";
import { type LongReads, longReads } from "./long-reads.ts";
import { type Migrated, migrate, pendingIn, SchemaRefused } from "./migrations.ts";
import { copyBeforeUpgrade } from "./previous-databases.ts";
import { type StorageState, sayUnopened, storageState } from "./storage-state.ts";
import { threadConnection } from "./writer-thread.ts";
import type { WritingConnection } from "./writing-connection.ts";

/** The connections to one database. Pragmas hold for a connection, so each local one is opened with its own and never replaced. */
export interface Database {
  /** For groupWriter: atomic batches, one after the other. */
  readonly writing: BatchClient & Pick<Connection, "execute" | "executeMultiple">;
  /** For groupWriter. Absent for a remote one, each of whose requests goes through a circuit already. */
  readonly lock?: Circuit;
  /** For raw reads. Local: refuses to write (`PRAGMA query_only`). */
  readonly reading: ReadClient;
  /** For reads that may walk far; null for a remote one, whose server does. */
  readonly long: LongReads | null;
  /** For drizzle's reads. Local: refuses to write. */
  readonly drizzleClient: Client;
  /** Whether it is still the database that was opened. */
  readonly state: StorageState;
  /** Checks the file now and returns its state; rejects with StorageFault. Null for a database that is not watched. */
  inspect(): Promise<SeenFile | null>;
  /** The circuits before it. */
  circuits(): CircuitFigures[];
  /**
   * Brings the tables to this version of the program; does nothing when they are. `copying`: a local database that has had
   * migrations is copied beside itself first. Throws SchemaRefused for a database that this program must not touch.
   */
  migrate(copying?: "copy"): Promise<Upgrade>;
  /** Throws SchemaRefused unless the tables are those of this version of the program; writes nothing. */
  mustBeCurrent(): Promise<void>;
  /** Folds the write-ahead log into the file and closes everything. */
  close(): Promise<void>;
}

/** The result of bringing a database up to date. */
export interface Upgrade {
  readonly migrations: readonly Migrated[];
  /** The path of the copy made before; null when none was asked for, needed, or possible. */
  readonly copy: string | null;
  /** A copy was needed, and the disk has too little space for it and the migrations. */
  readonly noRoom: boolean;
}

/**
 * Opens the database named by a `file:`, `http:` or `libsql:` URL; makes the directory of a file.
 * Local: WAL and `synchronous=FULL`, so that what was committed survives a loss of power, and no busy timeout,
 * because a wait in the native client blocks the event loop. `where` and the last parameter: of a local one only.
 */
export async function openDatabase(
  url: string,
  authToken?: string,
  where: WriterPlace = "here",
  of: Partial<OfServer> = {},
): Promise<Database> {
  const path = filePath(url);
  return path === null
    ? openRemote(url, authToken)
    : openFile(url, path, where, { seen: noop, waitingReads: WAITING_READS, ...of });
}

/** What a server adds to an open file. */
export interface OfServer {
  /** Gets the state of the file once a second. */
  readonly seen: (file: SeenFile | null) => void;
  /** Long reads that may wait; beyond: `overloaded`. */
  readonly waitingReads: number;
}
const WAITING_READS = 100;

/** Where the writing connection runs: a command or a test serves no requests that it could block. */
export type WriterPlace = "here" | "thread";
const OPEN = { here: unwatched, thread: threadConnection };

/** Closing a watched file drops the locks of every other connection of the process: only a server's own is watched. */
async function unwatched(path: string, pragmas: string): Promise<WritingConnection> {
  return { ...openConnection(path, pragmas), inspect: async () => null };
}

/** How often the files are checked while there are no writes, ms. */
const INSPECT_MS = 1_000;

async function openFile(
  url: string,
  path: string,
  where: WriterPlace,
  { seen, waitingReads }: OfServer,
): Promise<Database> {
  const state = storageState(path);
  const { connection, reading, drizzleClient } = await opened(url, path, where);
  const writing: Database["writing"] = {
    batch: (statements, mode) => state.guardingWrites(() => connection.batch(statements, mode)),
    execute: (statement) => state.guardingWrites(() => connection.execute(statement)),
    executeMultiple: (sql) => state.guardingWrites(() => connection.executeMultiple(sql)),
  };
  const long = longReads(path, READS, waitingReads);
  const read: Database["reading"] = {
    execute: (statement) => state.watchingReads(() => reading.execute(statement)),
  };
  const inspect = () => state.guardingWrites(() => connection.inspect());
  // A command is short, and checks at each of its writes.
  const looking = () => void inspect().then(seen, noop);
  const inspecting = where === "thread" ? setInterval(looking, INSPECT_MS).unref() : null;
  const client = () => createClient({ url, concurrency: 1, timeout: 0 });
  // An empty batch takes the lock and writes nothing.
  const lock = lockedFileCircuit(() => writing.batch([], "write"));
  return {
    writing,
    lock,
    reading: read,
    long: {
      ...long,
      // After a fault no connection is opened any more; the one that is open may still have the file.
      single: async ({ sql, args }, signal) =>
        state.fault() === null
          ? state.watchingReads(() => long.single({ sql, args }, signal))
          : rowsOf(await read.execute({ sql, args: [...args] }))[0],
    },
    drizzleClient,
    state,
    inspect,
    circuits: () => [lock.figures()],
    migrate: (copying) =>
      migrated(client, copying && (() => copyBeforeUpgrade(path, new Date(Date.now())))),
    mustBeCurrent: () => current(client),
    async close() {
      lock.end();
      if (inspecting !== null) clearInterval(inspecting);
      drizzleClient.close();
      await long.close();
      await reading.close();
      if (state.fault() === null) await checkpointWal(connection).catch(noop);
      await connection.close();
    },
  };
}

const noop = () => undefined;

/** Opens all connections, or none; an error of SQLite or of the system is thrown as StorageFault where it is one. */
async function opened(url: string, path: string, where: WriterPlace) {
  try {
    await mkdir(dirname(path), PRIVATE);
    await restrictToOwner(path);
    const connection = await withRetries(() => OPEN[where](path, WRITES));
    try {
      const reading = await withRetries(() => openConnection(path, READS));
      const drizzleClient = createClient({ url, intMode: "number", concurrency: 1, timeout: 0 });
      await drizzleClient.executeMultiple(READS);
      return { connection, reading, drizzleClient };
    } catch (error) {
      await connection.close();
      throw error;
    }
  } catch (error) {
    throw sayUnopened(error, path);
  }
}

/** Checkpoints the log. The binding frees statements, and their locks, only when they are garbage-collected. */
async function checkpointWal(writing: Connection): Promise<void> {
  const checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
  const [answer] = rowsOf(await writing.execute(checkpoint));
  if (answer?.busy !== 1) return;
  Bun.gc(true);
  await writing.execute(checkpoint);
}

/**
 * FULL: commits survive a loss of power. WAL is a property of the file, the others of the connection. The log is folded into the
 * file at 4,000 pages (16 MB) in place of 1,000: a page that many commits change is then written there once.
 */
const WRITES =
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000";
const READS = "PRAGMA query_only = 1";

function openRemote(url: string, authToken: string | undefined): Database {
  const remote = remoteDatabase(url, authToken, { canProbe: true, canQueue: true });
  // The call limiters bound how many run at once.
  const to = {
    url,
    ...(authToken === undefined ? {} : { authToken }),
    intMode: "number",
    concurrency: 10_000,
  } as const;
  const drizzleClient = createClient({ ...to, fetch: remote.fetching });
  const unlimited = () => createClient(to);
  return {
    writing: {
      batch: remote.writing.batch,
      execute: (statement) => remote.reading.execute(statement),
      executeMultiple: (sql) => drizzleClient.executeMultiple(sql),
    },
    reading: remote.reading,
    long: null,
    drizzleClient,
    state: storageState(url),
    inspect: async () => null,
    circuits: () => [remote.figures()],
    migrate: () => migrated(unlimited),
    mustBeCurrent: () => current(unlimited),
    async close() {
      drizzleClient.close();
      remote.close();
    },
  };
}

/**
 * Runs the migrations on their own connection, after `copy` where the database has data. Two processes that start together may
 * both begin; the second one fails, checks again, and finds the work done.
 */
async function migrated(open: () => Client, copy?: () => Promise<string | null>): Promise<Upgrade> {
  const run = () =>
    using(open, async (client) => {
      const { pending, had } = await pendingIn(client);
      const needed = pending.length > 0 && had > 0 && copy !== undefined;
      const made = needed ? await copy() : null;
      return {
        migrations: await migrate(client),
        copy: made,
        noRoom: needed && made === null,
      };
    });
  const again = (error: unknown) => {
    if (error instanceof SchemaRefused) throw error;
    return run();
  };
  return withRetries(() => run().catch(again));
}

const current = (open: () => Client): Promise<void> =>
  withRetries(() =>
    using(open, async (client) => {
      const { pending, had } = await pendingIn(client);
      if (had === 0)
        throw new SchemaRefused(
          "O banco de dados está vazio: inicie o serviço uma vez (bun run start)",
        );
      if (pending.length > 0)
        throw new SchemaRefused(
          `O banco de dados é de uma versão anterior do programa (${pending.length === 1 ? "falta 1 migração" : `faltam ${pending.length} migrações`}): inicie o serviço, ou use bun run db:migrate`,
        );
    }),
  );

async function using<T>(open: () => Client, use: (client: Client) => Promise<T>): Promise<T> {
  const client = open();
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** Another process may lock the file for a moment while both start. */
const withRetries = <T>(ask: () => T | Promise<T>): Promise<T> =>
  writeRetry.execute(async () => ask(), AbortSignal.timeout(5_000));

/** The path of a local database; null for a remote one. */
export function filePath(url: string): string | null {
  if (!url.startsWith("file:")) return null;
  return url
    .slice("file:".length)
    .replace(/^\/\/(?=\/)/, "")
    .replace(/\?.*$/, "");
}
