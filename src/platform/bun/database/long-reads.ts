import { existsSync } from "node:fs";
import PromiseDatabase from "libsql/promise";
import { trusted } from "../../../lib/cast.ts";
import { Failed } from "../../../lib/result.ts";
import type { PlatformFailure } from "../../../ports/failures.ts";
import type { Row, Statement } from "../../../ports/sql.ts";
import { rowsOf } from "../../libsql/rows.ts";

/** Connections: a third slow read would wait for a native thread, of which there are as many as cores. */
const CONNECTIONS = 2;
/** An interrupt in the turn in which the statement starts has no effect: it is repeated until the statement has ended, ms. */
const INTERRUPT_MS = 10;
/** Statements that one connection keeps prepared: the texts of pages are few. */
const KEPT = 32;

/** Reads that may walk far, beside the event loop. */
export interface LongReads {
  /**
   * The one row of a statement, or undefined. The statement is interrupted when the signal aborts, and rejects with its reason.
   * Rejects with SQLite's errors, and with PlatformFailure `overloaded` where too many wait.
   */
  single(statement: Statement, signal?: AbortSignal): Promise<Row | undefined>;
  figures(): LongReadFigures;
  /** Interrupts what runs, refuses what waits, and closes the connections. */
  close(): Promise<void>;
}

export interface LongReadFigures {
  readonly running: number;
  readonly waiting: number;
  readonly interrupted: number;
}

/** A connection of the binding whose statements run in native threads; its types say `any`. */
interface Native {
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<{ all(args: readonly unknown[]): Promise<Row[]> }>;
  interrupt(): void;
  close(): void;
}
type Prepared = Awaited<ReturnType<Native["prepare"]>>;

/** An error as the binding's, for what reads its code. */
class Unopened extends Error {
  readonly code = "SQLITE_CANTOPEN";
}

interface Reading {
  readonly native: Native;
  readonly kept: Map<string, Prepared>;
}

interface Job {
  /** Fails it with the reason: at once while it waits, as soon as its statement is interrupted while that runs. */
  stop(reason: unknown): void;
  /** Runs on a connection, and gives it back; null where it could not be opened. Never rejects. */
  run(connection: Promise<Reading>): Promise<Reading | null>;
}

/**
 * Opens nothing before the first read. One statement at a time runs on a connection: a second one would stop the event loop, and an
 * interrupt means whatever runs there. Only statements of one row: the rows after the first are stepped in the event loop.
 * `most`: reads that may wait for a connection.
 */
export function longReads(path: string, pragmas: string, most: number): LongReads {
  const idle: Reading[] = [];
  const waiting = new Set<Job>();
  const running = new Map<Job, Promise<void>>();
  let opened = 0;
  let interrupted = 0;
  let closed: Error | null = null;

  const opening = async (): Promise<Reading> => {
    // The binding would make a new file in the place of one that was removed.
    if (!existsSync(path)) throw new Unopened("unable to open database file");
    const native = trusted<Native>(new PromiseDatabase(path, { timeout: 0 }));
    try {
      await native.exec(pragmas);
    } catch (error) {
      native.close();
      throw error;
    }
    return { native, kept: new Map() };
  };

  const carryOut = async (job: Job): Promise<void> => {
    const known = idle.pop();
    if (known === undefined) opened += 1;
    const on = await job.run(known === undefined ? opening() : Promise.resolve(known));
    if (on === null) opened -= 1;
    else idle.push(on);
    running.delete(job);
    next();
  };

  const next = () => {
    for (const job of waiting) {
      if (idle.length === 0 && opened >= CONNECTIONS) return;
      waiting.delete(job);
      running.set(job, carryOut(job));
    }
  };

  return {
    single(statement, signal) {
      if (closed !== null) return Promise.reject(closed);
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (waiting.size >= most)
        return Promise.reject(
          new Failed<PlatformFailure>({ code: "overloaded", what: "reader", retryAfterS: 1 }),
        );
      const { promise, resolve, reject } = Promise.withResolvers<Row | undefined>();
      const job = jobOf(statement, resolve, (error, isStopped) => {
        waiting.delete(job);
        if (isStopped) interrupted += 1;
        reject(error);
      });
      const stop = () => job.stop(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
      waiting.add(job);
      next();
      return promise.finally(() => signal?.removeEventListener("abort", stop));
    },
    figures: () => ({ running: running.size, waiting: waiting.size, interrupted }),
    async close() {
      closed = new DOMException("the database is being closed", "AbortError");
      for (const job of [...waiting, ...running.keys()]) job.stop(closed);
      await Promise.all(running.values());
      for (const { native, kept } of idle.splice(0)) {
        kept.clear();
        native.close();
      }
    },
  };
}

/** A read that can be stopped at any moment: while it waits, while its connection is opened, while its statement runs. */
function jobOf(
  { sql, args }: Statement,
  settle: (row: Row | undefined) => void,
  fail: (error: unknown, isStopped: boolean) => void,
): Job {
  let stopped: { readonly reason: unknown } | null = null;
  let native: Native | null = null;
  let repeating: ReturnType<typeof setInterval> | undefined;
  return {
    stop(reason) {
      if (stopped !== null) return;
      stopped = { reason };
      if (native === null) return fail(reason, true);
      const interrupt = () => native?.interrupt();
      interrupt();
      repeating = setInterval(interrupt, INTERRUPT_MS);
    },
    async run(connection) {
      const on = await connection.catch((error: unknown) => {
        fail(error, false);
        return null;
      });
      if (on === null || stoppedBy() !== null) return on;
      native = on.native;
      try {
        const statement = await prepared(on, sql);
        const [row] = await statement.all(args);
        settle(row && rowsOf({ rows: [row] })[0]);
      } catch (error) {
        // The binding does not reset a failed statement.
        on.kept.delete(sql);
        const why = stoppedBy();
        fail(why === null ? error : why.reason, why !== null);
      } finally {
        native = null;
        clearInterval(repeating);
      }
      return on;
    },
  };
  /** The state after an `await`. */
  function stoppedBy(): { readonly reason: unknown } | null {
    return stopped;
  }
}

async function prepared({ native, kept }: Reading, sql: string): Promise<Prepared> {
  const known = kept.get(sql);
  if (known !== undefined) return known;
  const [oldest] = kept.keys();
  if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
  const statement = await native.prepare(sql);
  kept.set(sql, statement);
  return statement;
}
