import { join } from "node:path";
import { promisify } from "node:util";
import zlib from "node:zlib";
import type { Config } from "../../config.ts";
import { trusted } from "../../lib/cast.ts";
import { type PromMeter, promMeter } from "../../observability/meter.ts";
import { noopTrace } from "../../observability/no-op.ts";
import { configuredTracer } from "../../observability/tracing.ts";
import type { Mailboxes } from "../../ports/mailbox.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Consumer } from "../../ports/queue.ts";
import type { SefazAddressOf } from "../../ports/sefaz.ts";
import type { CircuitFigures } from "../../resilience/circuit.ts";
import { checkedBlobs, verifiedFirst } from "../checked-blobs.ts";
import type { GroupWriter, WriterFigures } from "../libsql/group-writer.ts";
import type { DocumentDomain } from "../memory/documents.ts";
import { memoryLimits } from "../memory/limits.ts";
import type { Upgrade } from "./database/database.ts";
import type { LongReadFigures } from "./database/long-reads.ts";
import type { StorageState } from "./database/storage-state.ts";
import { type FileBlobs, fileBlobs } from "./files/blobs.ts";
import { withDocs } from "./files/docs-files.ts";
import { removeFirstPassword } from "./files/first-password.ts";
import { folderPage, PAGE_FOLDER } from "./files/page-files.ts";
import { jwtSecret } from "./files/secrets.ts";
import { bunHealth } from "./health.ts";
import type { Schema } from "./home.ts";
import { openHomes, withHomes, withOthers } from "./homes.ts";
import { stdoutLog } from "./log.ts";
import { certificatesOf } from "./network/certificates.ts";
import { imapMailboxes } from "./network/mailbox.ts";
import { smtpMailer } from "./network/mailer.ts";
import { bunOutgoing } from "./network/outgoing.ts";
import { peerBehindProxies } from "./network/peer.ts";
import { bunPasswords } from "./passwords.ts";
import { bunProfiler } from "./profiler.ts";
import type { BunQueue, QueueFigures } from "./queue/queue.ts";
import { bunSefaz } from "./sefaz/caller.ts";
import { bunPfx } from "./sefaz/pfx.ts";
import { bunDocuments } from "./threads/documents.ts";
import { bunSheets } from "./threads/sheets.ts";
import type { ThreadFigures } from "./threads/thread-pool.ts";

/** What the domain gives to its ports: its readers, and where the tax office's services are (absent: none is called). */
export interface BunDomain extends DocumentDomain {
  readonly sefazAddressOf?: SefazAddressOf;
}

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
  figures(): {
    writer: WriterFigures;
    documents: ThreadFigures;
    queue: QueueFigures;
    longReads: LongReadFigures;
  };
  /** The circuits before remote services and the locked file. */
  breakers(): CircuitFigures[];
  /** Gives `extendIdleTimeout` and `peer` the server of the requests. */
  attach(server: Attached): void;
  /** Starts the queue of every home, each with the consumer for its ports. */
  startQueues(consumerFor: (ports: Ports) => Consumer): void;
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

const zipped = promisify(zlib.gzip);
/** In another thread, so that others are served meanwhile; level 4: nearly all of the gain for half of the time. */
export const gzipBytes = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await zipped(bytes, { level: 4 }));

/**
 * Opens the ports on Bun: the database, migrated, and all that uses it. `config.JWT_SECRET` is always set in the result.
 * Throws when the database cannot be opened or migrated (SchemaRefused: must not be), or when production has no secret.
 */
export async function bunPorts(
  config: Config,
  domain: BunDomain,
  schema: Schema = "migrate",
  clock: Ports["clock"] = { now: () => Date.now() },
): Promise<BunPorts> {
  const JWT_SECRET = await jwtSecret(config);
  const SIGNATURE_ROOTS = await certificatesOf("SIGNATURE_ROOTS", config.SIGNATURE_ROOTS);
  const SEFAZ_CA = await certificatesOf("SEFAZ_CA", config.SEFAZ_CA);
  const meter = promMeter(() => performance.now() / 1_000);
  const tracer = await configuredTracer(config, meter);
  const log = stdoutLog(config, clock);
  const needs = {
    config,
    schema,
    clock,
    log,
    yieldToEventLoop,
    onCommit(writes: number, seconds: number) {
      meter.observe("sge_commit_writes", writes, {});
      meter.observe("sge_commit_seconds", seconds, {});
    },
  };
  const opened = await openHomes(config, needs);
  const { database, read, reader, writer, originals, queue, commitSignal, upgrade } = opened.first;
  const documents = bunDocuments(config, domain);
  const sheets = bunSheets(config);
  const blobs = checkedBlobs(fileBlobs(join(config.DATA_DIR, "blobs")), verifiedFirst);
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
  const ports: BunPorts = {
    config: { ...config, JWT_SECRET, SIGNATURE_ROOTS, SEFAZ_CA },
    read,
    reader,
    writer,
    originals,
    blobs,
    queue,
    documents,
    sheets,
    passwords: bunPasswords(config.PASSWORD_COST),
    limits: memoryLimits(clock),
    page: withDocs(folderPage(PAGE_FOLDER)),
    outgoing: bunOutgoing({ allowPrivate: config.WEBHOOKS_ALLOW_PRIVATE }),
    health: withHomes(
      bunHealth({
        config,
        reader,
        writer,
        documents,
        queue,
        blobs,
        breakers: database.circuits,
        database,
      }),
      opened.others,
    ),
    stopping: ending.signal,
    commitSignal,
    clock,
    log,
    meter,
    tracer,
    trace: noopTrace(),
    mailboxes,
    ...mailerOf(config),
    ...sefazOf(domain, SEFAZ_CA),
    pfx: bunPfx(config.SEFAZ_CERTIFICATES),
    profiler: bunProfiler(),
    upgrade,
    removeFirstPassword: () => removeFirstPassword(config.DATA_DIR),
    storage: database.state,
    extendIdleTimeout: (request, seconds) => server?.timeout(request, seconds),
    peer: (request) =>
      peerOf(server?.requestIP(request)?.address ?? null, request.headers.get("x-forwarded-for")),
    yieldToEventLoop,
    gzip,
    gzipBytes,
    figures: () => ({
      writer: writer.figures(),
      documents: documents.figures(),
      queue: queue.figures(),
      longReads: database.long?.figures() ?? { running: 0, waiting: 0, interrupted: 0 },
    }),
    breakers: () => [
      ...opened.all.flatMap((home) => home.database.circuits()),
      ...mailboxes.circuits(),
      ...tracer.breakers(),
    ],
    attach(started) {
      server = started;
    },
    startQueues(consumerFor) {
      queue.start(consumerFor(all));
      for (const [name, home] of opened.others) {
        const there = all.homes?.named(name);
        if (there !== undefined) home.queue.start(consumerFor(there));
      }
    },
    beginStop() {
      ending.abort(new DOMException("the service is stopping", "AbortError"));
      for (const home of opened.all)
        home.queue.stop(config.SHUTDOWN_TIMEOUT_MS).catch(() => undefined);
    },
    async close() {
      await Promise.all(opened.all.map((home) => home.close()));
      documents.close();
      sheets.close();
      await tracer.close();
    },
  };
  const all: BunPorts = opened.others.size === 0 ? ports : withOthers(ports, opened.others);
  return all;
}

const mailerOf = ({ SMTP_URL: url, SMTP_FROM: from }: Config): Pick<Ports, "mailer"> =>
  url === undefined || from === undefined ? {} : { mailer: smtpMailer({ url, from }) };

const sefazOf = ({ sefazAddressOf }: BunDomain, ca: string | undefined): Pick<Ports, "sefaz"> =>
  sefazAddressOf === undefined ? {} : { sefaz: bunSefaz({ addressOf: sefazAddressOf, ca }) };
