import type { InStatement } from "@libsql/client";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Row, WriteJob, Writer, WriteStatement } from "../../ports/sql.ts";
import type { Circuit } from "../../resilience/circuit.ts";
import { writeRetry } from "../../resilience/policies.ts";
import { storageFaultOf } from "../../resilience/storage-fault.ts";
import {
  constraintOf,
  isReadOnly,
  isStorageFull,
  isTransient,
  notApplied,
  outcomeUnknown,
  refusalOf,
} from "../../resilience/transient-faults.ts";
import { rowsOf, type StatementResult } from "./rows.ts";

/** The figures of the writer for the metrics. Milliseconds; counts since the start. */
export interface WriterFigures {
  readonly queued: number;
  readonly committed: number;
  readonly groups: number;
  readonly largestGroup: number;
  readonly lastCommitMs: number;
  /** Groups in which one job failed and that were run again job by job. */
  readonly split: number;
  /** Jobs refused because the queue was full or the database was busy for too long. */
  readonly overloaded: number;
}

export interface GroupWriter extends Writer {
  /** Resolves when nothing waits and nothing is being written; later jobs are still accepted. */
  drain(): Promise<void>;
  figures(): WriterFigures;
}

export interface GroupLimits {
  /** Jobs that may share one commit. */
  readonly group: number;
  /** Jobs that may wait; beyond: `overloaded`. */
  readonly queue: number;
  /** Longest time that a busy database is retried, ms. */
  readonly waitMs: number;
  /**
   * Groups that may be sent at once; absent: one. More are for a connection that runs its batches one after the other: it
   * begins the next group while the answers of the last one are read.
   */
  readonly inFlight?: number;
  /** Opens when the database stayed busy for all of `waitMs`: the next callers are refused at once. */
  readonly circuit?: Circuit | undefined;
  /** Lets the event loop turn, so that requests are served between groups. */
  readonly yieldToEventLoop: () => Promise<void>;
  /** Called after each commit: how many writes shared it, and how long it took from when no earlier one was in work. */
  readonly onCommit?: (jobs: number, seconds: number) => void;
}

/** What a group is sent through: a libSQL client, or a connection of our own. */
export interface BatchClient {
  batch(statements: InStatement[], mode: "write"): Promise<StatementResult[]>;
}

/** Bytes of the parameters of one group: a few huge notes must not block the event loop. A single job may be larger. */
const GROUP_BYTES = 1 << 20;
/** Bytes of parameters that may wait in memory. */
const QUEUE_BYTES = 64 << 20;

/**
 * Turns of the event loop that a group waits for more jobs. Measured on Bun, where a document is read in each turn: groups of
 * up to 32 in place of 8 write a fifth more uploads with a sixth less CPU, because a page that several jobs change is written
 * once. A single job waits one turn (µs).
 */
const GATHER_TURNS = 32;

interface Waiting {
  readonly statements: readonly WriteStatement[];
  readonly bytes: number;
  /** Gets the rows of its own statements, or the error of its batch. */
  settle(outcome: Outcome): void;
}
type Outcome = { readonly rows: Row[][] } | { readonly error: unknown };

/**
 * Ports.Writer over one client: waiting jobs are sent together, in the order of arrival, as one atomic batch. A batch that fails
 * because of one job is run again job by job, and one that met a lock is sent again: a later one may be written before it. The
 * client must have one connection (`concurrency: 1`), as its pragmas hold for a connection only.
 */
export function groupWriter(client: BatchClient, limits: GroupLimits): GroupWriter {
  const waiting: Waiting[] = [];
  const counts = {
    committed: 0,
    groups: 0,
    largestGroup: 0,
    lastCommitMs: 0,
    split: 0,
    overloaded: 0,
  };
  let waitingBytes = 0;
  let lastCommitAt = 0;
  const sent = new Set<Promise<void>>();
  let pumping: Promise<void> | null = null;

  const overloaded = (cause?: unknown) => {
    counts.overloaded += 1;
    return new Failed<PlatformFailure>(
      { code: "overloaded", what: "writer", retryAfterS: 1 },
      { cause },
    );
  };

  /** Up to `group` jobs and GROUP_BYTES from the head of the queue; always at least one. */
  function take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const job of waiting) {
      if (count === limits.group || (count > 0 && bytes + job.bytes > GROUP_BYTES)) break;
      bytes += job.bytes;
      count += 1;
    }
    waitingBytes -= bytes;
    return waiting.splice(0, count);
  }

  /** Runs one batch; a busy database is retried for `waitMs`. */
  function batch(jobs: readonly Waiting[]): Promise<StatementResult[]> {
    // A client does not change its statements; bytes to pack are given only to a connection that packs.
    const statements = trusted<InStatement[]>(jobs.flatMap((job) => job.statements));
    const send = () => client.batch(statements, "write");
    const withRetries = async () => {
      try {
        return await send();
      } catch (error) {
        if (!notApplied(error)) throw error;
        return writeRetry.execute(send, AbortSignal.timeout(limits.waitMs));
      }
    };
    return limits.circuit === undefined ? withRetries() : limits.circuit.through(withRetries);
  }

  async function write(jobs: readonly Waiting[]): Promise<void> {
    const start = performance.now();
    let results: StatementResult[];
    try {
      results = await batch(jobs);
    } catch (error) {
      const common =
        isStorageFull(error) ||
        isReadOnly(error) ||
        storageFaultOf(error) !== null ||
        refusalOf(error) !== null ||
        isTransient(error);
      if (jobs.length === 1 || common) {
        for (const job of jobs) job.settle({ error: platformError(error) });
        return;
      }
      counts.split += 1;
      for (const job of jobs) {
        await limits.yieldToEventLoop();
        await write([job]);
      }
      return;
    }
    counts.committed += jobs.length;
    counts.groups += 1;
    counts.largestGroup = Math.max(counts.largestGroup, jobs.length);
    const now = performance.now();
    counts.lastCommitMs = now - Math.max(start, lastCommitAt);
    lastCommitAt = now;
    limits.onCommit?.(jobs.length, counts.lastCommitMs / 1_000);
    let at = 0;
    for (const job of jobs) {
      job.settle(committed(results.slice(at, at + job.statements.length)));
      at += job.statements.length;
    }
  }

  /** The outcome of a job that is committed: it is not run again, whatever its rows are. */
  function committed(results: readonly StatementResult[]): Outcome {
    try {
      return { rows: results.map(rowsOf) };
    } catch (cause) {
      return { error: new Failed<PlatformFailure>({ code: "storage.unknown" }, { cause }) };
    }
  }

  /** An error of the database as a PlatformFailure; any other error is unchanged. */
  function platformError(error: unknown): unknown {
    if (isStorageFull(error))
      return new Failed<PlatformFailure>({ code: "storage.full" }, { cause: error });
    const fault = storageFaultOf(error);
    if (fault !== null)
      return new Failed<PlatformFailure>({ code: `storage.${fault.kind}` }, { cause: error });
    if (isReadOnly(error))
      return new Failed<PlatformFailure>({ code: "storage.read_only" }, { cause: error });
    const why = refusalOf(error);
    if (why !== null)
      return new Failed<PlatformFailure>({ code: "not_configured", why }, { cause: error });
    if (outcomeUnknown(error))
      return new Failed<PlatformFailure>({ code: "storage.unknown" }, { cause: error });
    if (isTransient(error)) return overloaded(error);
    const constraint = constraintOf(error);
    if (constraint === null) return error;
    return new Failed<PlatformFailure>({ code: "storage.rejected", constraint }, { cause: error });
  }

  /** Lets requests run; waits further turns only while each brings more jobs and the group is not full. */
  async function gather(): Promise<void> {
    let before: number;
    let turns = 0;
    do {
      before = waiting.length;
      await limits.yieldToEventLoop();
      turns += 1;
    } while (turns < GATHER_TURNS && waiting.length > before && waiting.length < limits.group);
  }

  async function pump(): Promise<void> {
    while (waiting.length > 0) {
      await gather();
      const jobs = take();
      if (jobs.length === 0) continue;
      const group = write(jobs).finally(() => sent.delete(group));
      sent.add(group);
      if (sent.size >= (limits.inFlight ?? 1)) await Promise.race(sent);
    }
    pumping = null;
  }

  function commit<T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const bytes = weigh(job.statements);
    if (
      waiting.length >= limits.queue ||
      (waiting.length > 0 && waitingBytes + bytes > QUEUE_BYTES)
    )
      return Promise.reject(overloaded());
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        const place = waiting.indexOf(mine);
        if (place < 0) return; // it is in a batch, and will be answered by that
        waiting.splice(place, 1);
        waitingBytes -= bytes;
        reject(signal?.reason);
      };
      const mine: Waiting = {
        statements: job.statements,
        bytes,
        settle(outcome) {
          signal?.removeEventListener("abort", leave);
          if ("error" in outcome) return reject(outcome.error);
          try {
            resolve(job.read(outcome.rows));
          } catch (error) {
            reject(error);
          }
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      waiting.push(mine);
      waitingBytes += bytes;
      pumping ??= Promise.resolve().then(pump);
    });
  }

  return {
    commit,
    async drain() {
      while (pumping !== null || sent.size > 0) await (pumping ?? Promise.all(sent));
    },
    figures: () => ({ queued: waiting.length, ...counts }),
  };
}

/** The approximate size of the parameters, bytes. */
function weigh(statements: readonly WriteStatement[]): number {
  let bytes = 0;
  for (const { args } of statements) for (const arg of args) bytes += weightOf(arg);
  return bytes;
}

function weightOf(arg: WriteStatement["args"][number]): number {
  if (typeof arg === "string") return arg.length;
  if (typeof arg !== "object" || arg === null) return 8;
  return "pack" in arg ? arg.bytes.byteLength : arg.byteLength;
}
