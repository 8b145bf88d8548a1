import { type Holder, type QuotaScope, quota } from "../lib/quota.ts";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports/failures.ts";
import type { Ports } from "../ports/ports.ts";
import { eventsAfter, FEED_START, type FeedEvent, type FeedPosition } from "./feed.ts";

type BroadcastPorts = Pick<
  Ports,
  "config" | "reader" | "commitSignal" | "clock" | "log" | "yieldToEventLoop" | "stopping"
>;

/** Receives a company's events. None of these may throw or wait. */
export interface FeedListener {
  /** New events in order, after `startFrom`; the first ones may be events that the listener has read itself. */
  events(batch: readonly FeedEvent[]): void;
  /** About once a second. */
  tick(nowMs: number): void;
  /** The process is stopping. */
  stop(): void;
}

/** One listener's subscription. It counts against the limits until `unsubscribe`. */
export interface FeedSubscription {
  /** 0, 1, 2 … in this process: used to spread periodic work of the listeners over time. */
  readonly number: number;
  /**
   * Delivers the events after `from` to the listener, which has read everything up to there. False when this company's
   * listeners are already past `from`: then read the events in between from the database, and call it again.
   */
  startFrom(from: FeedPosition): boolean;
  /** Ends the subscription and frees its share of the limits. Idempotent. */
  unsubscribe(): void;
}

/** Reads new events once for all listeners of this process. */
export interface FeedBroadcaster {
  /**
   * Fails with PlatformFailure `share_exceeded` when this person has SSE_CLIENTS_PER_USER subscriptions, with `overloaded` when
   * SSE_CLIENTS_PER_COMPANY or SSE_CLIENTS is reached, or the process is stopping.
   */
  subscribe(holder: Holder, listener: FeedListener): FeedSubscription;
  /** How many subscriptions are open. */
  readonly size: number;
}

/** Events of one read: a company with many new events does not delay the others. */
const PAGE = 200;
/** Listeners that are called before the event loop gets a turn. */
const LISTENERS_PER_TURN = 250;
const TICK_MS = 1_000;

/** The listeners of one company that have called `startFrom`. */
interface Channel {
  readonly company: number;
  /** Events up to here were delivered to the listeners. */
  position: FeedPosition;
  readonly listeners: Set<FeedListener>;
  /** There may be events after the position. */
  dirty: boolean;
}

const broadcasters = new WeakMap<Ports["commitSignal"], FeedBroadcaster>();

/** The broadcaster of this process; on Workers, of this request, as the commit signal is. */
export function feedBroadcaster(ports: BroadcastPorts): FeedBroadcaster {
  const known = broadcasters.get(ports.commitSignal);
  if (known !== undefined) return known;
  const made = makeBroadcaster(ports);
  broadcasters.set(ports.commitSignal, made);
  return made;
}

function makeBroadcaster(ports: BroadcastPorts): FeedBroadcaster {
  const { config, commitSignal, clock, stopping } = ports;
  const channels = new Map<number, Channel>();
  const subscribed = new Set<FeedListener>();
  const subscriptions = quota({
    person: config.SSE_CLIENTS_PER_USER,
    company: config.SSE_CLIENTS_PER_COMPANY,
    all: config.SSE_CLIENTS,
  });
  let count = 0;
  let running = false;
  let wake = new AbortController();
  let lastTick = 0;

  /** Marks the companies that have events after `scanned`. Ids are shared by all companies, so one small read is enough. */
  async function scan(scanned: FeedPosition): Promise<FeedPosition> {
    const rows = await ports.reader.rows({
      // By the rowid: left to itself SQLite reads the whole index, because that is grouped already.
      sql: "select company, max(id) as last from events not indexed where id > ?1 group by company",
      args: [scanned],
    });
    let last = scanned;
    for (const row of rows) {
      last = Math.max(last, Number(row.last));
      const channel = channels.get(Number(row.company));
      if (channel !== undefined) channel.dirty = true;
    }
    return last;
  }

  /** Delivers one page of a company's events to its listeners. */
  async function deliver(channel: Channel): Promise<void> {
    const batch = await eventsAfter(ports, channel.company, channel.position, PAGE);
    channel.dirty = batch.length === PAGE;
    channel.position = batch.at(-1)?.id ?? channel.position;
    if (batch.length > 0) await forEach([...channel.listeners], (one) => one.events(batch));
  }

  async function forEach(listeners: readonly FeedListener[], call: (one: FeedListener) => void) {
    for (let at = 0; at < listeners.length; at += LISTENERS_PER_TURN) {
      for (const one of listeners.slice(at, at + LISTENERS_PER_TURN)) call(one);
      if (at + LISTENERS_PER_TURN < listeners.length) await ports.yieldToEventLoop();
    }
  }

  async function tick(): Promise<void> {
    const now = clock.now();
    // The absolute value: a clock that was set back must not stop the ticks.
    if (Math.abs(now - lastTick) < TICK_MS) return;
    lastTick = now;
    await forEach([...subscribed], (one) => one.tick(now));
  }

  /** The newest id of all companies. Later events are found by `scan`, earlier ones by the first read of each channel. */
  async function end(): Promise<FeedPosition> {
    const [row] = await ports.reader.rows({ sql: "select max(id) as last from events", args: [] });
    return Number(row?.last ?? FEED_START);
  }

  async function run(): Promise<void> {
    let scanned: FeedPosition | null = null;
    let emptyScans = 0;
    while (subscribed.size > 0) {
      const seen = commitSignal.count();
      let behind = false;
      try {
        const from: FeedPosition = scanned ?? (await end());
        scanned = await scan(from);
        emptyScans = scanned === from ? emptyScans + 1 : 0;
        for (const channel of [...channels.values()]) if (channel.dirty) await deliver(channel);
        behind = [...channels.values()].some(({ dirty }) => dirty);
      } catch (error) {
        // No event is lost: the next scan reads from the same position.
        const code = error instanceof Failed ? error.failure.code : "internal";
        ports.log("warn", "feed.not_read", { code });
      }
      await tick();
      await (behind ? ports.yieldToEventLoop() : commitSignal.next(seen, wake.signal, emptyScans));
      if (wake.signal.aborted) wake = new AbortController();
    }
    running = false;
  }

  function start(): void {
    if (running) return;
    running = true;
    lastTick = clock.now();
    void run();
  }

  const stop = () => {
    for (const listener of [...subscribed]) listener.stop();
  };

  function subscribe(holder: Holder, listener: FeedListener): FeedSubscription {
    const { company } = holder;
    const reservation = subscriptions.open(holder);
    const full = stopping.aborted ? "all" : reservation.add(1);
    if (full !== null) throw limitReached(full, config.SSE_CLIENTS_PER_USER);
    if (subscribed.size === 0) stopping.addEventListener("abort", stop);
    subscribed.add(listener);
    start();
    return {
      number: count++,
      startFrom(from) {
        const channel = channels.get(company);
        if (channel === undefined) {
          const listeners = new Set([listener]);
          channels.set(company, { company, position: from, listeners, dirty: true });
          wake.abort();
          return true;
        }
        if (from < channel.position) return false;
        channel.listeners.add(listener);
        return true;
      },
      unsubscribe() {
        if (!subscribed.delete(listener)) return;
        reservation.release();
        if (subscribed.size === 0) stopping.removeEventListener("abort", stop);
        const channel = channels.get(company);
        channel?.listeners.delete(listener);
        if (channel?.listeners.size === 0) channels.delete(company);
        if (subscribed.size === 0) wake.abort();
      },
    };
  }

  return {
    subscribe,
    get size() {
      return subscribed.size;
    },
  };
}

function limitReached(full: QuotaScope, limit: number): Failed<PlatformFailure> {
  const retryAfterS = 5;
  return new Failed(
    full === "person"
      ? { code: "share_exceeded", what: "streams", limit, retryAfterS }
      : { code: "overloaded", what: "streams", retryAfterS },
  );
}

/** A request for events that may wait for the first one. */
export interface LongPoll {
  readonly holder: Holder;
  readonly after: FeedPosition;
  readonly limit: number;
  /** How long to wait for the first event when there is none, ms; 0: do not wait. */
  readonly waitMs: number;
}

/**
 * Events after a position; when there are none, waits up to `waitMs` for the first. A request that waits holds a feed
 * subscription: fails with PlatformFailure `overloaded` or `share_exceeded` when the limit of subscriptions is reached.
 */
export async function waitForEvents(
  ports: BroadcastPorts,
  { holder, after, limit, waitMs }: LongPoll,
  signal: AbortSignal,
): Promise<FeedEvent[]> {
  const { company } = holder;
  const available = await eventsAfter(ports, company, after, limit, signal);
  if (available.length > 0 || waitMs === 0) return available;
  const until = ports.clock.now() + waitMs;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const subscription = feedBroadcaster(ports).subscribe(holder, {
    events: () => resolve(),
    tick: (now) => now >= until && resolve(),
    stop: resolve,
  });
  signal.addEventListener("abort", () => resolve(), { once: true });
  try {
    // False: an event was committed since the read above, so the read below finds it.
    if (subscription.startFrom(after)) await over;
  } finally {
    subscription.unsubscribe();
  }
  return eventsAfter(ports, company, after, limit, signal);
}
