import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { Config } from "../config.ts";
import type { CommitSignal } from "./commit-signal.ts";
import type { DocumentReader } from "./documents.ts";
import type { Health } from "./health.ts";
import type { Homes } from "./homes.ts";
import type { RateLimits } from "./limits.ts";
import type { Mailboxes } from "./mailbox.ts";
import type { Mailer } from "./mailer.ts";
import type { Outgoing } from "./outgoing.ts";
import type { PageFiles } from "./page.ts";
import type { PasswordHasher } from "./passwords.ts";
import type { PfxReader } from "./pfx.ts";
import type { Profiler } from "./profiler.ts";
import type { MessageQueue } from "./queue.ts";
import type { SefazCaller } from "./sefaz.ts";
import type { SheetThread } from "./sheets.ts";
import type { Reader, Writer } from "./sql.ts";
import type { BlobStore, Originals } from "./storage.ts";
import type { Log, Meter } from "./telemetry.ts";
import type { Trace, Tracer } from "./trace.ts";

/** What a platform gives to the application. A function takes only the ports that it uses: `Pick<Ports, "writer" | "clock">`. */
export interface Ports {
  config: Config;
  /** drizzle, for reads only: the connection refuses to write. */
  read: LibSQLDatabase;
  reader: Reader;
  writer: Writer;
  originals: Originals;
  blobs: BlobStore;
  queue: MessageQueue;
  documents: DocumentReader;
  /** Absent where there are no threads (Workers): exports are formatted in place there. */
  sheets?: SheetThread;
  passwords: PasswordHasher;
  limits: RateLimits;
  health: Health;
  /** Posts to servers that our users name. */
  outgoing: Outgoing;
  /** The page that people use. */
  page: PageFiles;
  /** Aborts when the process begins to stop: a stream asks its client to reconnect, a loop takes no new work. */
  stopping: AbortSignal;
  commitSignal: CommitSignal;
  clock: { now(): number };
  log: Log;
  meter: Meter;
  tracer: Tracer;
  /** The trace of the request or job that these ports belong to; outside of both, one that is never recorded. */
  trace: Trace;
  /** Present where companies live in several databases; reader, writer and what uses them are then those of one home. */
  homes?: Homes;
  /** Absent where mail is delivered to the service (Workers). */
  mailboxes?: Mailboxes;
  /** Sends mail for the service. Absent where SMTP_URL is not set, and on Workers. */
  mailer?: Mailer;
  /** Calls the tax office's services. Absent where a client's certificate cannot be presented (Workers). */
  sefaz?: SefazCaller;
  /** Opens the certificates for these calls. Absent where they cannot be presented (Workers). */
  pfx?: PfxReader;
  /** Absent where the runtime has none (Workers). */
  profiler?: Profiler;
  /**
   * How much of a batch one request may hold in memory: bytes sent, and documents. A larger ZIP is streamed to the blob store
   * and unpacked later. Absent where a request may hold a whole batch.
   */
  inRequest?: { readonly bytes: number; readonly documents: number };
  /**
   * Memory semaphore: runs queued work on a document of so many bytes when they fit into memory beside the running work.
   * Absent where JOB_CONCURRENCY is bound enough (Bun).
   */
  withMemory?<T>(bytes: number, work: () => Promise<T>): Promise<T>;
  /** Removes the file that shows the generated first password. Never rejects. Absent where there is none (Workers). */
  removeFirstPassword?(): Promise<void>;
  /** Lets a response stay open for `seconds` without a byte (Bun closes it after 10 s; on Workers it does nothing). */
  extendIdleTimeout(request: Request, seconds: number): void;
  /**
   * The address of the client: from the runtime, or from the header of a proxy in TRUSTED_PROXIES, and of no other sender;
   * null when unknown.
   */
  peer(request: Request): string | null;
  /**
   * Lets other tasks run between two steps of long work: a local database answers without leaving the event loop. On Workers
   * it does nothing, because every answer comes by network.
   */
  yieldToEventLoop(): Promise<void>;
  /** The stream compressed as it is read. Absent on Workers, where it reads its source at once and the edge compresses. */
  gzip?: (bytes: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;
  /** Bytes compressed for an answer. Absent on Workers, where the edge compresses. */
  gzipBytes?: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}
