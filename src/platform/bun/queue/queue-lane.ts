import type { Ports } from "../../../ports/ports.ts";
import type { Consumer } from "../../../ports/queue.ts";
import type { Statement } from "../../../ports/sql.ts";
import { localRetryMs } from "../../../resilience/job-retry.ts";
import {
  ack,
  type Lease,
  leaseMessages,
  leasesOf,
  nextReady,
  park,
  readyIds,
  release,
  retryLater,
} from "../../libsql/queue-table.ts";

/** What the lanes of one process share. */
export interface LaneContext {
  readonly ports: Pick<Ports, "reader" | "writer" | "clock" | "log">;
  readonly consumer: Consumer;
  /** The name under which this process holds its leases. */
  readonly holder: string;
  /** By message: its lease is renewed while it stands here. */
  readonly held: Set<number>;
  readonly counts: { done: number; retried: number; parked: number };
  readonly attempts: number;
  readonly leaseMs: number;
  readonly ending: AbortSignal;
  readonly random: () => number;
  /** How often the bell has rung, and who hears it. */
  readonly bell: { rung: number; readonly heard: Set<() => void> };
  /** A lane has found nothing, when the bell had rung so often, and has nothing in work. */
  quiet(lane: string, rung: number): void;
}

/** Another process may have sent something: nobody tells us. */
const POLL_MS = 1_000;

/**
 * One kind of work: at most `width` messages at a time, and up to `ahead` more taken with them, so that many short ones
 * share a commit for being taken and for being done with.
 */
export class QueueLane {
  #waiting: Lease[] = [];
  /** Done, and not yet written so. Lost with the process, such a message comes again, and finds its work done. */
  #settled: Statement[] = [];
  #inWork = new Set<Promise<void>>();
  /** How many have ended: what was seen before is old. */
  #ended = 0;

  constructor(
    readonly name: string,
    readonly width: number,
    readonly ahead: number,
    readonly hands: LaneContext,
  ) {}

  /** Hands out until the signal aborts; then gives back what was not begun, and waits for what was. */
  async serve(): Promise<void> {
    const { ending, bell } = this.hands;
    while (!ending.aborted) {
      const seen = { rung: bell.rung, ended: this.#ended };
      const clear = this.#waiting.length > 0 || (await this.#fill());
      while (this.#waiting.length > 0 && this.#inWork.size < this.width) this.#begin();
      if (this.#inWork.size === this.width) await Promise.race(this.#inWork);
      else if (await this.#written()) await this.#rest(seen, clear);
    }
    for (const lease of this.#waiting.splice(0)) {
      this.hands.held.delete(lease.id);
      this.#settled.push(release(lease, this.hands.ports.clock.now()));
    }
    await Promise.all(this.#inWork);
    await this.#written();
  }

  /** Takes what is ready, and writes what is done; false where the database did not let it. */
  async #fill(): Promise<boolean> {
    const { ports, holder, held, leaseMs } = this.hands;
    const now = ports.clock.now();
    const most = this.width - this.#inWork.size + this.ahead;
    try {
      const ids = await ports.reader.rows(readyIds(this.name, now, most));
      if (ids.length === 0) return true;
      const wanted = ids.map(({ id }) => Number(id));
      const rows = await this.#write([leaseMessages(wanted, holder, now, now + leaseMs)]);
      for (const lease of leasesOf(rows.at(-1) ?? [], holder)) {
        held.add(lease.id);
        this.#waiting.push(lease);
      }
      return true;
    } catch (error) {
      ports.log("warn", "queue.unseen", { lane: this.name, name: nameOf(error) });
      return false;
    }
  }

  #begin(): void {
    const lease = this.#waiting.shift();
    if (lease === undefined) return;
    const work = this.#handle(lease).finally(() => {
      this.hands.held.delete(lease.id);
      this.#inWork.delete(work);
      this.#ended += 1;
    });
    this.#inWork.add(work);
  }

  /** What becomes of one message; a fault here leaves it to its lease. */
  async #handle(lease: Lease): Promise<void> {
    const { ports, consumer, counts, attempts, ending, random } = this.hands;
    try {
      const outcome =
        lease.attempts > attempts
          ? { retry: "interrupted" }
          : await consumer.consume(lease.body, ending);
      const now = ports.clock.now();
      if (outcome === "done") {
        counts.done += 1;
        this.#settled.push(ack(lease));
      } else if (ending.aborted) this.#settled.push(release(lease, now));
      else if (lease.attempts >= attempts) {
        await consumer.park(lease.body, outcome.retry, [park(lease, now, outcome.retry)]);
        counts.parked += 1;
      } else {
        counts.retried += 1;
        const at = now + localRetryMs(lease.attempts, random);
        await this.#write([retryLater(lease, at, outcome.retry)]);
      }
    } catch (error) {
      ports.log("error", "queue.fault", { name: nameOf(error), attempts: lease.attempts });
    }
  }

  /** Commits the statements behind what is done; gives the rows of all of them. */
  async #write(statements: readonly Statement[]) {
    const settled = this.#settled.splice(0);
    try {
      return await this.hands.ports.writer.commit({
        statements: [...settled, ...statements],
        read: (rows) => rows,
      });
    } catch (error) {
      this.#settled.unshift(...settled);
      throw error;
    }
  }

  /** Writes what is done, so that it does not wait for more; true when nothing is left to be written. */
  async #written(): Promise<boolean> {
    if (this.#settled.length === 0) return true;
    try {
      await this.#write([]);
      return this.#settled.length === 0;
    } catch (error) {
      this.hands.ports.log("warn", "queue.unseen", { lane: this.name, name: nameOf(error) });
      return true;
    }
  }

  /** Until the bell, a slot that is free again, the next message's time, or a second; after a fault always the second. */
  async #rest(seen: { rung: number; ended: number }, clear: boolean): Promise<void> {
    const { ports, bell, ending, quiet } = this.hands;
    const [next] = clear ? await ports.reader.rows(nextReady(this.name)).catch(() => []) : [];
    if (bell.rung !== seen.rung || this.#ended !== seen.ended || ending.aborted) return;
    if (clear && this.#inWork.size === 0) quiet(this.name, seen.rung);
    const due = next?.at == null ? POLL_MS : Number(next.at) - ports.clock.now();
    const { promise: woken, resolve } = Promise.withResolvers<void>();
    bell.heard.add(resolve);
    const timer = setTimeout(resolve, Math.max(1, Math.min(POLL_MS, due)));
    timer.unref();
    await Promise.race([woken, ...this.#inWork]);
    clearTimeout(timer);
    bell.heard.delete(resolve);
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");
