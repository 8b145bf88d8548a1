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

/** What the metrics say of the writer. Milliseconds; counts since the start. */
export interface WriterFigures {
  readonly queued: number;
  readonly committed: number;
  readonly groups: number;
  readonly largestGroup: number;
  readonly lastCommitMs: number;
  /** Groups that met a member's fault and were run again job by job. */
  readonly split: number;
  /** Jobs refused because the queue was full or the database was busy for too long. */
  readonly overloaded: number;
}

export interface GroupWriter extends Writer {
  /** Resolves when nothing waits and nothing is being written; what comes later is served all the same. */
  drain(): Promise<void>;
  figures(): WriterFigures;
}

export interface GroupLimits {
  /** Jobs that may share one commit. */
  readonly group: number;
  /** Jobs that may wait; beyond: `overloaded`. */
  readonly queue: number;
  /** Longest time that a busy database is waited for. */
  readonly waitMs: number;
  /** Opens when the database stayed busy for the whole patience: the next callers are told at once, and not after theirs. */
  readonly circuit?: Circuit | undefined;
  /** Ends the current turn of the event loop, so that requests are served between groups. */
  readonly yieldToEventLoop: () => Promise<void>;
  /** Told of each commit: how many writes shared it, and how long it took. */
  readonly onCommit?: (jobs: number, seconds: number) => void;
}

/** What a group is sent through: a libSQL client, or a connection of our own. */
export interface BatchClient {
  batch(statements: InStatement[], mode: "write"): Promise<StatementResult[]>;
}

/** Parameters of one group, so that a few huge notes do not hold the event loop as sixteen would. One job may be larger. */
const GROUP_BYTES = 1 << 20;
/** Parameters that may wait in memory. */
const QUEUE_BYTES = 64 << 20;

/**
 * Measured on Bun, where a document is read in each turn: groups of up to 32 in place of 8 write a fifth more uploads with a
 * sixth less CPU, for pages that several of them change are written once. A lone job waits one turn (µs).
 */
const GATHER_TURNS = 32;

interface Waiting {
  readonly statements: readonly WriteStatement[];
  readonly bytes: number;
  /** Takes the rows of its own statements, or the fault that kept it from being written. */
  settle(outcome: { rows: Row[][] } | { error: unknown }): void;
}

/**
 * Ports.Writer over one client: what waits is committed together, in the order of arrival, as one atomic batch.
 * A batch that fails by a member's fault is run again job by job. The client must have one connection
 * (`concurrency: 1`), as its pragmas hold for a connection only.
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

  /** One batch; a busy database is asked again until the patience ends. */
  function batch(jobs: readonly Waiting[]): Promise<StatementResult[]> {
    // A client reads what it is given, and changes nothing of it.
    const statements = trusted<InStatement[]>(jobs.flatMap((job) => job.statements));
    const send = () => client.batch(statements, "write");
    const patiently = async () => {
      try {
        return await send();
      } catch (error) {
        if (!notApplied(error)) throw error;
        return writeRetry.execute(send, AbortSignal.timeout(limits.waitMs));
      }
    };
    return limits.circuit === undefined ? patiently() : limits.circuit.through(patiently);
  }

  async function write(jobs: readonly Waiting[]): Promise<void> {
    const start = performance.now();
    try {
      const results = await batch(jobs);
      counts.committed += jobs.length;
      counts.groups += 1;
      counts.largestGroup = Math.max(counts.largestGroup, jobs.length);
      counts.lastCommitMs = performance.now() - start;
      limits.onCommit?.(jobs.length, counts.lastCommitMs / 1_000);
      let at = 0;
      for (const job of jobs) {
        job.settle({ rows: results.slice(at, at + job.statements.length).map(rowsOf) });
        at += job.statements.length;
      }
    } catch (error) {
      const common =
        isStorageFull(error) ||
        isReadOnly(error) ||
        storageFaultOf(error) !== null ||
        refusalOf(error) !== null ||
        isTransient(error);
      if (jobs.length === 1 || common) {
        for (const job of jobs) job.settle({ error: said(error) });
        return;
      }
      counts.split += 1;
      for (const job of jobs) {
        await limits.yieldToEventLoop();
        await write([job]);
      }
    }
  }

  /** A stranger's error as one of the failures of ports.ts; a fault of our own stays what it is. */
  function said(error: unknown): unknown {
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

  /** Lets requests be served; more than one turn only while each brings more jobs and the group is not full. */
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
      if (jobs.length > 0) await write(jobs);
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
      while (pumping !== null) await pumping;
    },
    figures: () => ({ queued: waiting.length, ...counts }),
  };
}

/** About how many bytes the parameters take. */
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
