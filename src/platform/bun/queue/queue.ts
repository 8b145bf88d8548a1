import { newId } from "../../../lib/id.ts";
import { JOB_KEPT_MS } from "../../../lib/retention.ts";
import type { Ports } from "../../../ports/ports.ts";
import type { Consumer, MessageQueue } from "../../../ports/queue.ts";
import { commitStatements, type Statement } from "../../../ports/sql.ts";
import { MESSAGE_KINDS, type Message } from "../../../queue-messages.ts";
import { LONGEST_LOCAL_DELAY_MS } from "../../../resilience/job-retry.ts";
import { cleanUp, depth, enqueue, renewLeases } from "../../libsql/queue-table.ts";
import { type LaneContext, QueueLane } from "./queue-lane.ts";

export interface QueueLimits {
  /** Messages of each kind in work at a time. */
  readonly lanes: Readonly<Record<Message["kind"], number>>;
  /** Attempts of a message before it is parked. */
  readonly attempts: number;
  /** How long a lease lasts without renewal: after a crash the message is delivered again. */
  readonly leaseMs: number;
}

/** Counts since the start, and what is in work now. */
export interface QueueFigures {
  readonly running: number;
  readonly done: number;
  readonly retried: number;
  readonly parked: number;
}

/** The content of the table, for health and metrics. */
export interface QueueDepth {
  readonly waiting: number;
  readonly inWork: number;
  readonly parked: number;
  /** Age of the oldest message that is not parked. */
  readonly oldestMs: number;
}

export interface BunQueue extends MessageQueue {
  /** Works until `stop`; called once. */
  start(consumer: Consumer): void;
  /** Begins no more work, aborts the running work, and releases its messages; waits at most `waitMs`. */
  stop(waitMs: number): Promise<void>;
  /** Looks again now. */
  wake(): void;
  /** Resolves when every lane has looked since this call, found nothing ready, and has no work. */
  idle(): Promise<void>;
  figures(): QueueFigures;
  depth(): Promise<QueueDepth>;
}

/** Messages that are leased ahead. Documents are short work; of the others another process may work on them. */
const AHEAD: Readonly<Record<Message["kind"], number>> = {
  document: 16,
  archive: 0,
  export: 0,
  webhook: 0,
};

type Needs = Pick<Ports, "reader" | "writer" | "clock" | "log">;

/**
 * The queue of a single server: rows of the table `queue`, written in the batch of the rows that they name, so that neither
 * exists without the other. Delivery is at least once: a process has a message on a lease that it renews while it works, and
 * that runs out when the process is killed. Several processes may share the table.
 */
export function bunQueue(
  ports: Needs,
  limits: QueueLimits,
  random: () => number = Math.random,
): BunQueue {
  const { reader, writer, clock, log } = ports;
  const holder = newId();
  const held = new Set<number>();
  const counts = { done: 0, retried: 0, parked: 0 };
  const ending = new AbortController();
  const wakeUps = { count: 0, listeners: new Set<() => void>() };
  /** By lane: the wake-up after which it was idle. */
  const idleAt = new Map<string, number>();
  const watchers = new Set<() => void>();
  const kinds = MESSAGE_KINDS;
  let lanes: Promise<unknown> | null = null;

  const wake = () => {
    wakeUps.count += 1;
    for (const resolve of wakeUps.listeners) resolve();
  };
  const write = (statements: readonly Statement[]) =>
    commitStatements(writer, statements).catch((error: unknown) => {
      log("warn", "queue.unseen", { name: error instanceof Error ? error.name : "unknown" });
    });

  /** No other process may lease messages that are still in work. */
  const renewed = () => {
    if (held.size > 0) void write([renewLeases([...held], holder, clock.now() + limits.leaseMs)]);
  };
  const clean = () => {
    const now = clock.now();
    const longest = 2 * Math.max(LONGEST_LOCAL_DELAY_MS, limits.leaseMs);
    return write(cleanUp(kinds, now, longest, now - JOB_KEPT_MS));
  };

  return {
    send(messages) {
      return {
        statements: messages.length === 0 ? [] : [enqueue(messages, clock.now())],
        async afterCommit() {
          wake();
        },
      };
    },
    start(consumer) {
      const timers = [
        setInterval(renewed, Math.max(10, limits.leaseMs / 3)).unref(),
        setInterval(clean, 60_000).unref(),
      ];
      const context: LaneContext = {
        ports,
        consumer,
        holder,
        held,
        counts,
        attempts: limits.attempts,
        leaseMs: limits.leaseMs,
        ending: ending.signal,
        random,
        wakeUps,
        onIdle(lane, count) {
          idleAt.set(lane, count);
          for (const look of watchers) look();
        },
      };
      const served = kinds.map(
        (kind) => new QueueLane(kind, limits.lanes[kind], AHEAD[kind], context),
      );
      lanes = clean()
        .then(() => Promise.all(served.map((lane) => lane.serve())))
        .finally(() => timers.forEach(clearInterval));
    },
    async stop(waitMs) {
      ending.abort();
      wake();
      if (lanes === null) return;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, waitMs);
      await Promise.race([lanes, late]);
      clearTimeout(timer);
    },
    wake,
    async idle() {
      wake();
      const all = () => kinds.every((kind) => idleAt.get(kind) === wakeUps.count);
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => void (all() && resolve());
      watchers.add(look);
      await promise;
      watchers.delete(look);
    },
    figures: () => ({ running: held.size, ...counts }),
    async depth() {
      const [row] = await reader.rows(depth);
      const oldest = row?.oldest == null ? clock.now() : Number(row.oldest);
      return {
        waiting: Number(row?.waiting ?? 0),
        inWork: Number(row?.in_work ?? 0),
        parked: Number(row?.parked ?? 0),
        oldestMs: Math.max(0, clock.now() - oldest),
      };
    },
  };
}
