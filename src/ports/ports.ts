import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { Config } from "../config.ts";
import type { CommitSignal } from "./commit-signal.ts";
import type { DocumentReader } from "./documents.ts";
import type { Health } from "./health.ts";
import type { RateLimits } from "./limits.ts";
import type { Mailboxes } from "./mailbox.ts";
import type { PasswordHasher } from "./passwords.ts";
import type { Profiler } from "./profiler.ts";
import type { MessageQueue } from "./queue.ts";
import type { Reader, Writer } from "./sql.ts";
import type { BlobStore, Originals } from "./storage.ts";
import type { Log, Meter } from "./telemetry.ts";
import type { Trace, Tracer } from "./trace.ts";

/** What the world must give us. A function takes the ports that it uses: `Pick<Ports, "writer" | "clock">`. */
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
  passwords: PasswordHasher;
  limits: RateLimits;
  health: Health;
  /** Aborts when the process begins to end: a stream tells its reader to come back, a loop takes nothing new. */
  stopping: AbortSignal;
  commitSignal: CommitSignal;
  clock: { now(): number };
  log: Log;
  meter: Meter;
  tracer: Tracer;
  /** Of the request or job that these ports were given to; one that is never recorded outside of them. */
  trace: Trace;
  /** Absent where mail comes by itself (Workers). */
  mailboxes?: Mailboxes;
  /** Absent where the runtime has none (Workers). */
  profiler?: Profiler;
  /**
   * How much of a batch one request may hold: bytes sent, and documents. A larger ZIP is streamed to the blob store and
   * unpacked later. Absent where a request may hold all that a batch may have.
   */
  inRequest?: { readonly bytes: number; readonly documents: number };
  /**
   * Runs queued work that holds a document of so many bytes, when there is room for them beside the others. Absent where
   * memory is no concern (Bun: JOB_CONCURRENCY bounds it).
   */
  withMemory?<T>(bytes: number, work: () => Promise<T>): Promise<T>;
  /** Removes the file that shows the generated first password. Never rejects. Absent where there is none (Workers). */
  removeFirstPassword?(): Promise<void>;
  /** Lets a quiet stream or a long handler live for `seconds` without a byte (Bun cuts after 10 s; Workers: nothing to do). */
  extendIdleTimeout(request: Request, seconds: number): void;
  /**
   * The address of the client: as the runtime knows it, or as a proxy of TRUSTED_PROXIES says it, and never as a header of
   * anybody else's does; null when unknown.
   */
  peer(request: Request): string | null;
  /**
   * Gives way to whoever else waits, between two steps of long work: a local database answers without ever leaving the
   * event loop (Workers: nothing to do, every answer comes by network).
   */
  yieldToEventLoop(): Promise<void>;
  /** The stream compressed as it is read. Absent on Workers, where it reads its source at once and the edge compresses. */
  gzip?: (bytes: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;
}
