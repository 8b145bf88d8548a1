import type { Config } from "../../config.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Log } from "../../ports/telemetry.ts";
import { localCommitSignal } from "../commit-signal.ts";
import { checkedBatches, type Installation, installationOf, type Mark } from "../installation.ts";
import { type GroupWriter, groupWriter } from "../libsql/group-writer.ts";
import { clientReader, type DrizzleClient, drizzleReads } from "../libsql/reader.ts";
import { type Database, filePath, openDatabase, type Upgrade } from "./database/database.ts";
import { tableOriginals } from "./database/originals.ts";
import {
  requireDatabaseFile,
  requireMarkedDatabase,
  writeMark,
} from "./database/require-database.ts";
import { sayUnopened } from "./database/storage-state.ts";
import { type FileMarks, fileMarks } from "./files/marks.ts";
import { type BunQueue, bunQueue } from "./queue/queue.ts";

/** Longest time that a locked database is retried. */
const WRITE_WAIT_MS = 5_000;

/** Whether a database of an earlier version is migrated, or refused: a command that only reads changes nothing. */
export type Schema = "migrate" | "must be current";

/** One opened database, and the ports that use it alone. */
export interface BunHome extends Pick<Ports, "read" | "reader" | "originals" | "commitSignal"> {
  readonly database: Database;
  readonly writer: GroupWriter;
  readonly queue: BunQueue;
  /** The migrations that opening the database has run. */
  readonly upgrade: Upgrade;
  /** Ends its queue, writes what waits, and closes the database. */
  close(): Promise<void>;
}

interface Needs {
  readonly config: Config;
  readonly schema: Schema;
  /** The folder of the mark of this database. */
  readonly folder: string;
  readonly clock: Ports["clock"];
  readonly log: Log;
  readonly onCommit: (writes: number, seconds: number) => void;
  readonly yieldToEventLoop: () => Promise<void>;
}

/** Opens the database at `url`, migrated or current, with its mark. Throws as `bunPorts` does; nothing stays open then. */
export async function openHome(url: string, needs: Needs): Promise<BunHome> {
  const { config, schema, folder, clock, log, yieldToEventLoop } = needs;
  const marks = fileMarks(folder, () => log("warn", "installation.unmarked"));
  const mark = await requireDatabaseFile(url, marks);
  const database = await openDatabase(url, config.DATABASE_AUTH_TOKEN, "thread", {
    seen: (file) => {
      if (file !== null) marks.noteFile(file);
    },
    // The limits of a user, a company and the whole have refused the others already.
    waitingReads: config.MAX_IN_FLIGHT,
  });
  const { upgrade, installation } = await prepareDatabase(database, url, { schema, marks, mark });
  database.state.onFault(({ code, message }) =>
    log("error", code === "STORAGE_GONE" ? "storage.gone" : "storage.damaged", { what: message }),
  );
  const reader = clientReader(database.reading, database.long ?? undefined);
  const commitSignal = localCommitSignal();
  let last = installation;
  const checkedWriting = checkedBatches(database.writing, whereOf(url), {
    expected: () => last,
    committed(now) {
      last = now;
      marks.noteCommit(now, clock.now());
    },
  });
  const writer = groupWriter(checkedWriting, {
    group: config.COMMIT_GROUP,
    // The thread of a local file begins the next group while the event loop answers for the last one.
    inFlight: database.lock === undefined ? 1 : 2,
    queue: config.COMMIT_QUEUE,
    waitMs: WRITE_WAIT_MS,
    circuit: database.lock,
    yieldToEventLoop,
    onCommit(writes, seconds) {
      needs.onCommit(writes, seconds);
      commitSignal.signal();
    },
  });
  const queue = bunQueue(
    { reader, writer, clock, log },
    {
      lanes: {
        document: config.JOB_CONCURRENCY,
        archive: 1,
        export: config.EXPORT_WORKERS,
        webhook: config.WEBHOOKS_CONCURRENCY,
      },
      attempts: config.JOB_ATTEMPTS,
      leaseMs: config.JOB_LEASE_MS,
    },
  );
  return {
    database,
    read: drizzleReads(noticed(database)),
    reader,
    writer,
    originals: tableOriginals({ reader, clock }, database.lock !== undefined),
    queue,
    commitSignal,
    upgrade,
    async close() {
      await queue.stop(config.SHUTDOWN_TIMEOUT_MS);
      await writer.drain();
      await Promise.all([database.close(), marks.end()]);
    },
  };
}

interface Preparation {
  readonly schema: Schema;
  readonly marks: FileMarks;
  readonly mark: Mark | null;
}

/** Checks, migrates and marks an opened database. One that is refused is closed again, and nothing is written into it. */
async function prepareDatabase(
  database: Database,
  url: string,
  { schema, marks, mark }: Preparation,
): Promise<{ upgrade: Upgrade; installation: Installation | null }> {
  try {
    await requireMarkedDatabase(url, database.reading, mark);
    const upgrade = await upgraded(database, schema);
    // A command that only reads writes no mark.
    const installation =
      schema === "migrate"
        ? await writeMark(database.reading, marks, Date.now())
        : await installationOf(database.reading);
    return { upgrade, installation };
  } catch (error) {
    await database.close();
    throw sayUnopened(error, whereOf(url));
  }
}

async function upgraded(database: Database, schema: Schema): Promise<Upgrade> {
  if (schema === "migrate") return database.migrate("copy");
  await database.mustBeCurrent();
  return { migrations: [], copy: null, noRoom: false };
}

/** drizzle's reads, which report storage faults too. */
const noticed = ({ drizzleClient, state }: Database): DrizzleClient => ({
  execute: (statement) => state.watchingReads(() => drizzleClient.execute(statement)),
});

/** For the operator: the file, or the server's host alone. */
const whereOf = (url: string): string => filePath(url) ?? new URL(url).host;
