import { newId } from "../../lib/id.ts";
import type { Message } from "../../messages.ts";
import type { Consumer, MessageQueue, Ports, Statement } from "../../ports.ts";
import {
  depth,
  enqueue,
  giveBack,
  type Lease,
  lay,
  leases,
  nextReady,
  putOff,
  ready,
  renew,
  settle,
  take,
  tidy,
} from "../queue-table.ts";

export interface QueueLimits {
  /** Messages of each kind in work at a time. */
  readonly lanes: Readonly<Record<Message["kind"], number>>;
  /** How often a message is handed out before it is parked. */
  readonly attempts: number;
  /** How long a message stays taken without a sign of life: after a crash it is handed out again. */
  readonly leaseMs: number;
}

/** Counts since the start, and what is in work now. */
export interface QueueFigures {
  readonly running: number;
  readonly done: number;
  readonly retried: number;
  readonly parked: number;
}

/** What stands in the table: for health and metrics. */
export interface QueueDepth {
  readonly waiting: number;
  readonly inWork: number;
  readonly parked: number;
  /** Age of the oldest message that is not parked. */
  readonly oldestMs: number;
}

export interface BunQueue extends MessageQueue {
  /** Hands out messages until `stop`; called once. */
  start(consumer: Consumer): void;
  /** Hands out no more, tells the work to end, and gives back what does; waits for it at most `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
  /** Looks again now. */
  wake(): void;
  /** Resolves when every lane has looked since this call, found nothing ready, and has nothing in work. */
  settled(): Promise<void>;
  figures(): QueueFigures;
  depth(): Promise<QueueDepth>;
}

/** Another process may have sent something: nobody tells us. */
const POLL_MS = 1_000;
/** Full jitter below this, doubled at each attempt up to the cap. */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;
const PARKED_MS = 30 * 86_400_000;

type Needs = Pick<Ports, "reader" | "writer" | "clock" | "log">;

/**
 * The queue of a single server: rows of the table `queue`, written in the batch of what they speak of, so that neither is
 * ever there without the other. Handed out at least once: who takes a message has it on a lease that is renewed while the
 * work goes on, and that runs out by itself when the process is killed. Several processes may share the table.
 */
export function bunQueue(
  ports: Needs,
  limits: QueueLimits,
  random: () => number = Math.random,
): BunQueue {
  const { reader, writer, clock, log } = ports;
  const holder = newId();
  const held = new Map<number, Lease>();
  const counts = { done: 0, retried: 0, parked: 0 };
  const ending = new AbortController();
  const bells = new Set<() => void>();
  const quiet = new Map<string, number>();
  let rung = 0;
  let loops: Promise<unknown> | null = null;
  const watchers = new Set<() => void>();

  const write = (statements: readonly Statement[]) =>
    writer.commit({ statements, mine: (rows) => rows });
  const wake = () => {
    rung += 1;
    for (const ring of bells) ring();
  };

  async function took(lane: string, most: number): Promise<Lease[]> {
    const now = clock.now();
    const ids = (await reader.rows(ready(lane, now, most))).map((row) => Number(row.id));
    if (ids.length === 0) return [];
    const [rows] = await write([take(ids, holder, now, now + limits.leaseMs)]);
    return leases(rows ?? [], holder);
  }

  /** What became of one message, written; a fault here leaves it to its lease. */
  async function handle(lease: Lease, consumer: Consumer): Promise<void> {
    held.set(lease.id, lease);
    try {
      const outcome =
        lease.attempts > limits.attempts
          ? { retry: "interrupted" }
          : await consumer.consume(lease.body, ending.signal);
      if (outcome === "done") {
        await write([settle(lease)]);
        counts.done += 1;
      } else if (ending.signal.aborted) await write([giveBack(lease, clock.now())]);
      else if (lease.attempts >= limits.attempts) {
        const along = [lay(lease, clock.now(), outcome.retry)];
        await consumer.park(lease.body, outcome.retry, along);
        counts.parked += 1;
      } else {
        counts.retried += 1;
        const least = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (lease.attempts - 1));
        await write([putOff(lease, clock.now() + random() * least, outcome.retry)]);
      }
    } catch (error) {
      log("error", "queue.fault", { name: nameOf(error), attempts: lease.attempts });
    } finally {
      held.delete(lease.id);
    }
  }

  async function serve(lane: string, width: number, consumer: Consumer): Promise<void> {
    const inWork = new Set<Promise<void>>();
    while (!ending.signal.aborted) {
      const seen = rung;
      const free = width - inWork.size;
      const taken = await took(lane, free).catch(unseen);
      for (const lease of taken ?? []) {
        const work = handle(lease, consumer).finally(() => inWork.delete(work));
        inWork.add(work);
      }
      if (taken?.length === 0 && inWork.size === 0) {
        quiet.set(lane, seen);
        for (const look of watchers) look();
      }
      if (inWork.size < width) await rest(lane, taken === null, seen, inWork);
      else await Promise.race(inWork);
    }
    await Promise.all(inWork);
  }

  /** Until the bell, a slot that is free again, the next message's time, or a second; after a fault always the second. */
  async function rest(
    lane: string,
    blind: boolean,
    seen: number,
    inWork: Set<Promise<void>>,
  ): Promise<void> {
    const [next] = blind ? [] : await reader.rows(nextReady(lane)).catch(() => []);
    if (rung !== seen || ending.signal.aborted) return;
    const due = next?.at == null ? POLL_MS : Number(next.at) - clock.now();
    const { promise: bell, resolve } = Promise.withResolvers<void>();
    bells.add(resolve);
    const timer = setTimeout(resolve, Math.max(1, Math.min(POLL_MS, due)));
    timer.unref();
    await Promise.race([bell, ...inWork]);
    clearTimeout(timer);
    bells.delete(resolve);
  }

  const unseen = (error: unknown) => {
    log("warn", "queue.unseen", { name: nameOf(error) });
    return null;
  };

  /** Keeps the leases of what is in work, and the table tidy. */
  function keepAlive() {
    const beat = () => {
      if (held.size === 0) return;
      const until = clock.now() + limits.leaseMs;
      write([renew([...held.keys()], holder, until)]).catch(unseen);
    };
    const timer = setInterval(beat, Math.max(10, limits.leaseMs / 3));
    timer.unref();
    return timer;
  }

  const clean = () => {
    const now = clock.now();
    const longest = 2 * Math.max(LONGEST_DELAY_MS, limits.leaseMs);
    return write(tidy(Object.keys(limits.lanes), now, longest, now - PARKED_MS)).catch(unseen);
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
      const timers = [keepAlive(), setInterval(clean, 60_000).unref()];
      const lanes = Object.entries(limits.lanes);
      loops = clean()
        .then(() => Promise.all(lanes.map(([lane, width]) => serve(lane, width, consumer))))
        .finally(() => timers.forEach(clearInterval));
    },
    async stop(patienceMs) {
      ending.abort();
      wake();
      if (loops === null) return;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patienceMs);
      await Promise.race([loops, late]);
      clearTimeout(timer);
    },
    wake,
    async settled() {
      wake();
      const all = () => Object.keys(limits.lanes).every((lane) => quiet.get(lane) === rung);
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

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");
