import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { Config } from "./config.ts";
import type { Result } from "./lib/result.ts";
import type { Mailboxes, MailboxFailure } from "./mailbox.ts";
import type { Message } from "./messages.ts";
import type { Document } from "./nfe/document.ts";
import type { NfeFailure } from "./nfe/failures.ts";
import type {
  CounterLabels,
  CounterName,
  HistogramLabels,
  HistogramName,
} from "./observability/names.ts";
import type { Trace, Tracer } from "./observability/trace.ts";

/** What a statement may carry: SQLite's own values. Booleans are 0 or 1; instants are milliseconds UTC. */
export type Value = string | number | null | Uint8Array;
/** A row as the database gives it, by column name. */
export type Row = Record<string, Value>;
/** Constant SQL text with positional parameters (?1, ?2 …). Many rows travel as one JSON parameter. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly Value[];
}

/** A condition that selects a row only where a batch's main statement has won; its parameters are numbered from ?1. */
export interface Guard {
  readonly sql: string;
  readonly args: readonly Value[];
}

/** What one writer wants written: all of it or none. */
export interface WriteJob<T> {
  readonly statements: readonly Statement[];
  /** Gets the rows that each own statement returned (RETURNING), in order; what it throws fails only this job. */
  mine(rows: readonly Row[][]): T;
}

/**
 * The only way to write. Jobs that wait are committed together in one atomic batch; a batch that fails is run again job by
 * job, so that no job falls with its neighbour. A job that `commit` has resolved survives `kill -9` at any later instant.
 * Fails with PlatformFailure: `overloaded` (queue full, or database busy for 5 s: nothing was written), `storage.full`,
 * `storage.read_only`, `storage.gone`, `storage.damaged`, `storage.rejected`, `storage.unknown`.
 */
export interface Writer {
  commit<T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T>;
}

/** Reads of constant SQL text where drizzle's builder is too dear. No transaction is held from one call to the next. */
export interface Reader {
  rows(statement: Statement, signal?: AbortSignal): Promise<Row[]>;
}

/** The original bytes of documents, under their SHA-256 (hex), never changed. */
export interface Originals {
  /** Statements that the batch naming these bytes must include; a store outside the database is written before it returns. */
  keep(
    company: number,
    sha256: string,
    bytes: Uint8Array<ArrayBuffer>,
    /** Inside the database: kept only where the guard selects a row, so that a refusal leaves no bytes. */
    guard: Guard,
    /** When they may go (ms UTC) if nobody keeps them for good until then; absent: for good. */
    until?: number,
  ): Promise<Statement[]>;
  /**
   * The bytes, proved against the hash; null where there are none. Fails with PlatformFailure `original.damaged` where they
   * are not what was kept: such bytes are given to nobody.
   */
  get(company: number, sha256: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Lets go of what no row names, older than a day, in one slice that begins after `after` ("": at the beginning). `next`:
   * where the next slice begins ("" after the last). Absent where the bytes are rows, which go with their names.
   */
  readonly sweep?: (company: number, after: string) => Promise<{ gone: number; next: string }>;
}

/** Files too large for a row, by key: letters, digits, `-`, `_`, and between them `.` and `/` (`exports/1/a.csv`). */
export interface BlobStore {
  /**
   * Takes the content to its end and replaces what the key had. Under the key there is all of it, durably, or what was
   * there before. Rejects as the stream does, when aborted, and with PlatformFailure `storage.full`; then nothing is left.
   */
  put(
    key: string,
    content: ReadableStream<Uint8Array> | Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ size: number }>;
  /**
   * The bytes from `offset` on, at most `length` of them; all of them without a range. `size` is always that of the whole.
   * Bytes that are no longer what was put are not given out: PlatformFailure `file.damaged`, at the call or in the stream.
   */
  get(
    key: string,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<{ size: number; body: ReadableStream<Uint8Array> } | null>;
  /** A key that is not there is no fault. */
  delete(key: string): Promise<void>;
  /** By key, those after `after`, at most 1,000; `at`: when it was put, ms UTC. */
  list(prefix: string, after?: string): Promise<{ key: string; size: number; at: number }[]>;
}

/** What became of a message. Retried: the fault's code, for whoever looks at it when it is parked. */
export type Outcome = "done" | { readonly retry: string };

/** What a queue hands its messages to. */
export interface Consumer {
  consume(body: unknown, signal: AbortSignal): Promise<Outcome>;
  /** The last attempt has failed: says so where it can be seen, with `along` (the queue's own statements) in the same batch. */
  park(body: unknown, reason: string, along: readonly Statement[]): Promise<void>;
}

/** Hands each message that was sent to the consumer, at least once, in no promised order. */
export interface MessageQueue {
  /**
   * `statements` go into the batch that makes what the messages speak of; a queue outside of the database sends
   * `afterCommit` (a crash between the two is mended by sweep.ts). Sent again while it waits, a message may come twice.
   */
  send(messages: readonly Message[]): {
    readonly statements: readonly Statement[];
    afterCommit(): Promise<void>;
  };
}

/**
 * Reads documents within bounds: small ones in place, large ones in a pool.
 * Both fail with PlatformFailure `overloaded` when the pool's queue is full. A document that takes too long, or kills its
 * thread twice, is refused for good by `read` (`nfe.malformed_xml`); `compare` then answers `overloaded`.
 */
export interface DocumentReader {
  read(bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Result<Document, NfeFailure>>;
  /** How two documents with one access key compare (nfe/compare.ts). */
  compare(
    stored: Uint8Array<ArrayBuffer>,
    sent: Uint8Array<ArrayBuffer>,
    accessKey: string,
    signal?: AbortSignal,
  ): Promise<"same" | "completes" | "differs">;
}

/** scrypt, bounded: at most 4 at a time and 32 waiting, then PlatformFailure `overloaded`. */
export interface PasswordHasher {
  /** A portable `$scrypt$ln=…,r=…,p=…$salt$hash` (ln: log2 N; salt and hash in base64 without padding). */
  hash(password: string): Promise<string>;
  /** Constant time for the parameters found in `hash`. */
  verify(password: string, hash: string): Promise<boolean>;
}

/** One token bucket per key. */
export interface RateLimits {
  /**
   * Takes one token of the bucket `key`; `capacity` tokens, refilled at `perSecond`. `resetMs`: until it is full, or, when
   * refused, until there is one token. With `exact` it fails with PlatformFailure `overloaded` where who counts does not
   * answer; without, the next best count does.
   */
  take(
    key: string,
    bucket: { capacity: number; perSecond: number; exact?: boolean },
  ): Promise<{ allowed: boolean; remaining: number; resetMs: number }>;
  /** Whether a network may ask at all: a wall before everything, about right. Absent where the runtime has none. */
  admits?(network: string): Promise<boolean>;
}

/** State of the parts that `/api/health/full` shows. */
export interface Health {
  check(
    signal?: AbortSignal,
  ): Promise<{ name: string; ok: boolean; detail: Record<string, string | number> }[]>;
}

/** What is counted and timed, under the names of observability/names.ts. Nothing here fails or waits. */
export interface Meter {
  count<N extends CounterName>(name: N, labels: CounterLabels<N>, by?: number): void;
  observe<N extends HistogramName>(name: N, value: number, labels: HistogramLabels<N>): void;
  /** Seconds of a clock that never goes back; only differences mean something. */
  seconds(): number;
  /** Hands on what was counted since, at the end of a request or a job. Absent where somebody comes for it (Bun). */
  flush?(): void;
  /** Everything in Prometheus' text format. Absent where one process is not the service (Workers). */
  exposition?(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Looks into the running process. Fails with PlatformFailure `profiler.busy` while another looks. */
export interface Profiler {
  /** Samples for so many seconds, or until the signal aborts: the text of a `.cpuprofile`. */
  cpu(seconds: number, signal?: AbortSignal): Promise<string>;
  /** Every object that is alive: the text of a `.heapsnapshot`. Nothing else runs meanwhile. */
  heap(): Promise<string>;
}

/** Tells whoever follows what is written that it is time to look. */
export interface Pulse {
  /** How many commits of this process there were. */
  count(): number;
  /**
   * Resolves when there were more than `seen`, when about a second is over (other processes write too), or when the
   * signal aborts. Never rejects. `quiet`: how many looks in a row have found nothing; then it may be longer.
   */
  next(seen: number, signal?: AbortSignal, quiet?: number): Promise<void>;
}

/** How the world itself may fail a caller. `retryAfterS` is what the answer's Retry-After says. */
export type PlatformFailure =
  | {
      code: "overloaded";
      what:
        | "writer"
        | "reader"
        | "originals"
        | "files"
        | "documents"
        | "passwords"
        | "requests"
        | "streams"
        | "limits";
      retryAfterS: number;
    }
  /** A person (or a key) holds all that one may hold at a time; there is more for others. */
  | {
      code: "share_exceeded";
      what: "requests" | "bodies" | "streams" | "downloads";
      limit: number;
      retryAfterS: number;
    }
  | { code: "storage.full" }
  /** The database is not the one that was here: it was removed, replaced, emptied, or is older. Nothing was acknowledged. */
  | { code: "storage.gone" }
  /** The database's file is damaged, or cannot be read or written. Nothing was acknowledged. */
  | { code: "storage.damaged" }
  /** The database lacks migrations that this code was written for. */
  | { code: "storage.outdated"; retryAfterS: number }
  /** The file system, or the database itself, does not let us write. */
  | { code: "storage.read_only" }
  /**
   * The door was given no complete configuration, or one that the database refuses (`why`); what is missing, or who
   * refuses, stands in the log.
   */
  | { code: "not_configured"; why?: string }
  /** The time of the request was over; what it was to write may be written or not. */
  | { code: "deadline" }
  /** The connection fell while a batch was on its way: whether it was written, nobody can say. */
  | { code: "storage.unknown" }
  /** A constraint refused the batch: a promise of the database that no guard had foreseen. */
  | { code: "storage.rejected"; constraint: string }
  /** Kept bytes that are no longer those of their SHA-256. */
  | { code: "original.damaged"; sha256: string }
  /** A kept file, or a part of it, that is no longer what was put. */
  | { code: "file.damaged"; file: string }
  | MailboxFailure
  | { code: "profiler.busy" };

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
  pulse: Pulse;
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
  room?<T>(bytes: number, work: () => Promise<T>): Promise<T>;
  /** Removes the file that shows the generated first password. Never rejects. Absent where there is none (Workers). */
  forgetFirstPassword?(): Promise<void>;
  /** Lets a quiet stream or a long handler live for `seconds` without a byte (Bun cuts after 10 s; Workers: nothing to do). */
  patience(request: Request, seconds: number): void;
  /**
   * The address of the client: as the runtime knows it, or as a proxy of TRUSTED_PROXIES says it, and never as a header of
   * anybody else's does; null when unknown.
   */
  peer(request: Request): string | null;
  /**
   * Gives way to whoever else waits, between two steps of long work: a local database answers without ever leaving the
   * event loop (Workers: nothing to do, every answer comes by network).
   */
  breathe(): Promise<void>;
  /** The stream compressed as it is read. Absent on Workers, where it reads its source at once and the edge compresses. */
  gzip?: (bytes: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;
}

/** One JSON line per event. Never a note's content, a name, a CPF, a password or a token. */
export type Log = (
  level: "debug" | "info" | "warn" | "error",
  event: string,
  fields?: Record<string, string | number | boolean | null>,
) => void;
