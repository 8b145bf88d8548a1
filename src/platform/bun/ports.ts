import { join } from "node:path";
import type { Client, InStatement } from "@libsql/client";
import type { Config } from "../../config.ts";
import { trusted } from "../../lib/cast.ts";
import { type PromMeter, promMeter } from "../../observability/meter.ts";
import { noopTrace } from "../../observability/no-op.ts";
import { configuredTracer } from "../../observability/tracing.ts";
import type { Mailboxes } from "../../ports/mailbox.ts";
import type { Ports } from "../../ports/ports.ts";
import type { CircuitFigures } from "../../resilience/circuit.ts";
import { checkedBlobs, verifiedFirst } from "../checked-blobs.ts";
import { localCommitSignal } from "../commit-signal.ts";
import { checkedBatches, type Installation, installationOf, type Mark } from "../installation.ts";
import { type GroupWriter, groupWriter, type WriterFigures } from "../libsql/group-writer.ts";
import { clientReader, drizzleReads } from "../libsql/reader.ts";
import type { DocumentDomain } from "../memory/documents.ts";
import { memoryLimits } from "../memory/limits.ts";
import { type Database, filePath, openDatabase, type Upgrade } from "./database/database.ts";
import { tableOriginals } from "./database/originals.ts";
import {
  requireDatabaseFile,
  requireMarkedDatabase,
  writeMark,
} from "./database/require-database.ts";
import { type StorageState, sayUnopened } from "./database/storage-state.ts";
import { type FileBlobs, fileBlobs } from "./files/blobs.ts";
import { removeFirstPassword } from "./files/first-password.ts";
import { type FileMarks, fileMarks } from "./files/marks.ts";
import { folderPage, PAGE_FOLDER } from "./files/page-files.ts";
import { jwtSecret } from "./files/secrets.ts";
import { bunHealth } from "./health.ts";
import { stdoutLog } from "./log.ts";
import { certificatesOf } from "./network/certificates.ts";
import { imapMailboxes } from "./network/mailbox.ts";
import { smtpMailer } from "./network/mailer.ts";
import { bunOutgoing } from "./network/outgoing.ts";
import { peerBehindProxies } from "./network/peer.ts";
import { bunPasswords } from "./passwords.ts";
import { bunProfiler } from "./profiler.ts";
import { type BunQueue, bunQueue, type QueueFigures } from "./queue/queue.ts";
import { bunDocuments } from "./threads/documents.ts";
import type { ThreadFigures } from "./threads/thread-pool.ts";

/** The methods of Bun's server that the ports use; it is made after the ports. */
export type Attached = Pick<Bun.Server<undefined>, "timeout" | "requestIP">;

export interface BunPorts extends Ports {
  readonly mailboxes: Mailboxes;
  readonly writer: GroupWriter;
  readonly queue: BunQueue;
  readonly blobs: FileBlobs;
  readonly meter: PromMeter;
  /** The migrations that opening the database has run. */
  readonly upgrade: Upgrade;
  /** Whether the database is still the one that was opened. */
  readonly storage: StorageState;
  figures(): { writer: WriterFigures; documents: ThreadFigures; queue: QueueFigures };
  /** The circuits before remote services and the locked file. */
  breakers(): CircuitFigures[];
  /** Gives `extendIdleTimeout` and `peer` the server of the requests. */
  attach(server: Attached): void;
  /** Aborts `stopping`, and asks running jobs to end where they can be resumed. */
  beginStop(): void;
  /** Waits for pending writes, then ends the threads and closes the database. */
  close(): Promise<void>;
}

/** Runs ready sockets first: a message to oneself comes back before them (measured: 27 ms of waiting against 2). */
export const yieldToEventLoop = (): Promise<void> =>
  new Promise((resolve) => setImmediate(resolve));

/** With backpressure on Bun: a paused reader stops the source too. */
export function gzip(bytes: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  // bun-types says that it takes a BufferSource, which a Uint8Array is.
  const through = trusted<TransformStream<Uint8Array, Uint8Array>>(new CompressionStream("gzip"));
  return bytes.pipeThrough(through);
}

/** Longest time that a locked database is retried. */
const WRITE_WAIT_MS = 5_000;

/** Whether a database of an earlier version is migrated, or refused: a command that only reads changes nothing. */
export type Schema = "migrate" | "must be current";

/**
 * Opens the ports on Bun: the database, migrated, and all that uses it. `config.JWT_SECRET` is always set in the result.
 * Throws when the database cannot be opened or migrated (SchemaRefused: must not be), or when production has no secret.
 */
export async function bunPorts(
  config: Config,
  domain: DocumentDomain,
  schema: Schema = "migrate",
): Promise<BunPorts> {
  const JWT_SECRET = await jwtSecret(config);
  const SIGNATURE_ROOTS = await certificatesOf(config.SIGNATURE_ROOTS);
  const clock = { now: () => Date.now() };
  const meter = promMeter(() => performance.now() / 1_000);
  const tracer = await configuredTracer(config, meter);
  const log = stdoutLog(config, clock);
  const marks = fileMarks(config.DATA_DIR, () => log("warn", "installation.unmarked"));
  const mark = await requireDatabaseFile(config.DATABASE_URL, marks);
  const database = await openDatabase(
    config.DATABASE_URL,
    config.DATABASE_AUTH_TOKEN,
    "thread",
    (file) => {
      if (file !== null) marks.noteFile(file);
    },
  );
  const { upgrade, installation } = await prepareDatabase(database, {
    config,
    schema,
    marks,
    mark,
  });
  database.state.onFault(({ code, message }) =>
    log("error", code === "STORAGE_GONE" ? "storage.gone" : "storage.damaged", { what: message }),
  );
  const reader = clientReader(database.reading);
  const commitSignal = localCommitSignal();
  let last = installation;
  const checkedWriting = checkedBatches(database.writing, whereOf(config), {
    expected: () => last,
    committed(now) {
      last = now;
      marks.noteCommit(now, clock.now());
    },
  });
  const writer = groupWriter(checkedWriting, {
    group: config.COMMIT_GROUP,
    queue: config.COMMIT_QUEUE,
    waitMs: WRITE_WAIT_MS,
    circuit: database.lock,
    yieldToEventLoop,
    onCommit(writes, seconds) {
      meter.observe("sge_commit_writes", writes, {});
      meter.observe("sge_commit_seconds", seconds, {});
      commitSignal.signal();
    },
  });
  const documents = bunDocuments(config, domain);
  const blobs = checkedBlobs(fileBlobs(join(config.DATA_DIR, "blobs")), verifiedFirst);
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
  const mailboxes = imapMailboxes({ allowPrivate: config.MAIL_ALLOW_PRIVATE });
  const ending = new AbortController();
  const peerOf = peerBehindProxies(config.TRUSTED_PROXIES, () =>
    log("warn", "config.assumed", {
      name: "TRUSTED_PROXIES",
      value: "",
      why: "a proxy seems to stand in front: without its address every client is the proxy",
    }),
  );
  let server: Attached | undefined;
  return {
    config: { ...config, JWT_SECRET, SIGNATURE_ROOTS },
    read: drizzleReads(noticed(database)),
    reader,
    writer,
    originals: tableOriginals({ reader, clock }, database.lock !== undefined),
    blobs,
    queue,
    documents,
    passwords: bunPasswords(config.PASSWORD_COST),
    limits: memoryLimits(clock),
    page: folderPage(PAGE_FOLDER),
    outgoing: bunOutgoing({ allowPrivate: config.WEBHOOKS_ALLOW_PRIVATE }),
    health: bunHealth({
      config,
      reader,
      writer,
      documents,
      queue,
      blobs,
      breakers: database.circuits,
      database,
    }),
    stopping: ending.signal,
    commitSignal,
    clock,
    log,
    meter,
    tracer,
    trace: noopTrace(),
    mailboxes,
    ...mailerOf(config),
    profiler: bunProfiler(),
    upgrade,
    removeFirstPassword: () => removeFirstPassword(config.DATA_DIR),
    storage: database.state,
    extendIdleTimeout: (request, seconds) => server?.timeout(request, seconds),
    peer: (request) =>
      peerOf(server?.requestIP(request)?.address ?? null, request.headers.get("x-forwarded-for")),
    yieldToEventLoop,
    gzip,
    figures: () => ({
      writer: writer.figures(),
      documents: documents.figures(),
      queue: queue.figures(),
    }),
    breakers: () => [...database.circuits(), ...mailboxes.circuits(), ...tracer.breakers()],
    attach(started) {
      server = started;
    },
    beginStop() {
      ending.abort(new DOMException("the service is stopping", "AbortError"));
      queue.stop(config.SHUTDOWN_TIMEOUT_MS).catch(() => undefined);
    },
    async close() {
      await queue.stop(config.SHUTDOWN_TIMEOUT_MS);
      await writer.drain();
      documents.close();
      await Promise.all([database.close(), marks.end()]);
      await tracer.close();
    },
  };
}

const mailerOf = ({ SMTP_URL: url, SMTP_FROM: from }: Config): Pick<Ports, "mailer"> =>
  url === undefined || from === undefined ? {} : { mailer: smtpMailer({ url, from }) };

interface Preparation {
  readonly config: Config;
  readonly schema: Schema;
  readonly marks: FileMarks;
  readonly mark: Mark | null;
}

/** Checks, migrates and marks an opened database. One that is refused is closed again, and nothing is written into it. */
async function prepareDatabase(
  database: Database,
  { config, schema, marks, mark }: Preparation,
): Promise<{ upgrade: Upgrade; installation: Installation | null }> {
  try {
    await requireMarkedDatabase(config.DATABASE_URL, database.reading, mark);
    const upgrade = await upgraded(database, schema);
    // A command that only reads writes no mark.
    const installation =
      schema === "migrate"
        ? await writeMark(database.reading, marks, Date.now())
        : await installationOf(database.reading);
    return { upgrade, installation };
  } catch (error) {
    await database.close();
    throw sayUnopened(error, whereOf(config));
  }
}

async function upgraded(database: Database, schema: Schema): Promise<Upgrade> {
  if (schema === "migrate") return database.migrate("copy");
  await database.mustBeCurrent();
  return { migrations: [], copy: null, noRoom: false };
}

/** drizzle's reads, which report storage faults too. */
const noticed = ({ drizzleClient, state }: Database): Pick<Client, "execute" | "batch"> => ({
  execute: (statement: InStatement) => state.watchingReads(() => drizzleClient.execute(statement)),
  batch: (statements, mode) => state.watchingReads(() => drizzleClient.batch(statements, mode)),
});

/** For the operator: the file, or the server's host alone. */
const whereOf = ({ DATABASE_URL: url }: Config): string => filePath(url) ?? new URL(url).host;
