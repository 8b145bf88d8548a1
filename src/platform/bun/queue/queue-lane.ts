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

/** The state that the lanes of one process share. */
export interface LaneContext {
  readonly ports: Pick<Ports, "reader" | "writer" | "clock" | "log">;
  readonly consumer: Consumer;
  /** The name under which this process holds its leases. */
  readonly holder: string;
  /** Ids of leased messages, whose leases are renewed. */
  readonly held: Set<number>;
  readonly counts: { done: number; retried: number; parked: number };
  readonly attempts: number;
  readonly leaseMs: number;
  readonly ending: AbortSignal;
  readonly random: () => number;
  /** How often the lanes were woken, and the listeners to wake. */
  readonly wakeUps: { count: number; readonly listeners: Set<() => void> };
  /** Called when a lane found nothing after wake-up number `count`, and has nothing in work. */
  onIdle(lane: string, count: number): void;
}

/** Messages of other processes are found only by polling, ms. */
const POLL_MS = 1_000;

/** Below the number of every company. */
const NO_COMPANY = -1;

/**
 * The messages of one kind: at most `width` in work at a time, and up to `ahead` more leased with them, so that many short
 * ones share the commits of their leases and acknowledgements.
 */
export class QueueLane {
  #waiting: Lease[] = [];
  /** Acknowledgements that are not yet written. If the process dies, these messages come again and find their work done. */
  #acks: Statement[] = [];
  #inWork = new Set<Promise<void>>();
  /** How many have ended, to see whether a slot became free meanwhile. */
  #ended = 0;
  /** The last company of the turn before, where not all had one. */
  #after = NO_COMPANY;

  constructor(
    readonly name: string,
    readonly width: number,
    readonly ahead: number,
    readonly context: LaneContext,
  ) {}

  /** Works until the signal aborts; then releases messages that were not begun, and waits for the others. */
  async serve(): Promise<void> {
    const { ending, wakeUps } = this.context;
    while (!ending.aborted) {
      const seen = { wakeUps: wakeUps.count, ended: this.#ended };
      const clear = this.#waiting.length > 0 || (await this.#fill());
      while (this.#waiting.length > 0 && this.#inWork.size < this.width) this.#begin();
      if (this.#inWork.size === this.width) await Promise.race(this.#inWork);
      else if (await this.#written()) await this.#rest(seen, clear);
    }
    for (const lease of this.#waiting.splice(0)) {
      this.context.held.delete(lease.id);
      this.#acks.push(release(lease, this.context.ports.clock.now()));
    }
    await Promise.all(this.#inWork);
    await this.#written();
  }

  /** Leases ready messages, and writes acknowledgements; false after a fault of the database. */
  async #fill(): Promise<boolean> {
    const { ports, holder, held, leaseMs } = this.context;
    const now = ports.clock.now();
    const most = this.width - this.#inWork.size + this.ahead;
    try {
      const wanted = await this.#ready(now, most);
      if (wanted.length === 0) return true;
      const rows = await this.#write([leaseMessages(wanted, holder, now, now + leaseMs)]);
      for (const lease of leasesOf(rows.at(-1) ?? [], holder, wanted)) {
        held.add(lease.id);
        this.#waiting.push(lease);
      }
      return true;
    } catch (error) {
      ports.log("warn", "queue.unseen", { lane: this.name, name: nameOf(error) });
      return false;
    }
  }

  /** Ids of ready messages, in turns of their companies; where more companies wait than fit, the others come next time. */
  async #ready(now: number, most: number): Promise<number[]> {
    const { reader } = this.context.ports;
    const from = this.#after;
    let rows = await reader.rows(readyIds(this.name, now, most, from));
    if (rows.length === 0 && from !== NO_COMPANY)
      rows = await reader.rows(readyIds(this.name, now, most, NO_COMPANY));
    const companies = new Set(rows.map(({ company }) => Number(company)));
    this.#after = companies.size < most ? NO_COMPANY : Math.max(...companies);
    return rows.map(({ id }) => Number(id));
  }

  #begin(): void {
    const lease = this.#waiting.shift();
    if (lease === undefined) return;
    const work = this.#handle(lease).finally(() => {
      this.context.held.delete(lease.id);
      this.#inWork.delete(work);
      this.#ended += 1;
    });
    this.#inWork.add(work);
  }

  /** Handles one message; after a fault of the queue itself its lease runs out. */
  async #handle(lease: Lease): Promise<void> {
    const { ports, consumer, counts, attempts, ending, random } = this.context;
    try {
      const outcome =
        lease.attempts > attempts
          ? { retry: "interrupted" }
          : await consumer.consume(lease.body, ending);
      const now = ports.clock.now();
      if (outcome === "done") {
        counts.done += 1;
        this.#acks.push(ack(lease));
      } else if (ending.aborted) this.#acks.push(release(lease, now));
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

  /** Commits the pending acknowledgements, then the statements; returns the rows of all. */
  async #write(statements: readonly Statement[]) {
    const acks = this.#acks.splice(0);
    try {
      return await this.context.ports.writer.commit({
        statements: [...acks, ...statements],
        read: (rows) => rows,
      });
    } catch (error) {
      this.#acks.unshift(...acks);
      throw error;
    }
  }

  /** Writes the pending acknowledgements now; true when nothing is left to write. */
  async #written(): Promise<boolean> {
    if (this.#acks.length === 0) return true;
    try {
      await this.#write([]);
      return this.#acks.length === 0;
    } catch (error) {
      this.context.ports.log("warn", "queue.unseen", { lane: this.name, name: nameOf(error) });
      return true;
    }
  }

  /** Waits for a wake-up, a free slot, the time of the next message, or a second; after a fault always a second. */
  async #rest(seen: { wakeUps: number; ended: number }, clear: boolean): Promise<void> {
    const { ports, wakeUps, ending, onIdle } = this.context;
    const [next] = clear ? await ports.reader.rows(nextReady(this.name)).catch(() => []) : [];
    if (wakeUps.count !== seen.wakeUps || this.#ended !== seen.ended || ending.aborted) return;
    if (clear && this.#inWork.size === 0) onIdle(this.name, seen.wakeUps);
    const due = next?.at == null ? POLL_MS : Number(next.at) - ports.clock.now();
    const { promise: woken, resolve } = Promise.withResolvers<void>();
    wakeUps.listeners.add(resolve);
    const timer = setTimeout(resolve, Math.max(1, Math.min(POLL_MS, due)));
    timer.unref();
    await Promise.race([woken, ...this.#inWork]);
    clearTimeout(timer);
    wakeUps.listeners.delete(resolve);
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");
