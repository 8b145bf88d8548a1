import { type Holder, type QuotaScope, quota } from "../lib/quota.ts";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports/failures.ts";
import type { Ports } from "../ports/ports.ts";
import { eventsAfter, FEED_START, type FeedEvent, type FeedPosition } from "./feed.ts";

type FollowedPorts = Pick<
  Ports,
  "config" | "reader" | "commitSignal" | "clock" | "log" | "yieldToEventLoop" | "stopping"
>;

/** Who follows a company's feed. None of these may throw or wait. */
export interface FeedListener {
  /** New events in their order, once it has joined; they may begin with some that it has read by itself. */
  events(batch: readonly FeedEvent[]): void;
  /** About once a second. */
  tick(nowMs: number): void;
  /** The process begins to end. */
  stop(): void;
}

/** One of the places for followers, which are counted: whoever takes one gives it back. */
export interface FeedSubscription {
  /** 0, 1, 2 … of this process: spreads what followers do at their own time. */
  readonly number: number;
  /**
   * Gives events from now on to the listener, who has read everything up to `from`. False where the company's followers
   * are further: then the events between must be read from the database, and asked again.
   */
  startFrom(from: FeedPosition): boolean;
  /** Follows no longer, and gives the place back. May be called again. */
  unsubscribe(): void;
}

/** Reads new events once for everybody in this process who follows them. */
export interface FeedBroadcaster {
  /**
   * Fails with PlatformFailure `share_exceeded` when SSE_CLIENTS_PER_USER of this person are there, with `overloaded` when
   * SSE_CLIENTS_PER_COMPANY or SSE_CLIENTS are, or the process ends.
   */
  subscribe(holder: Holder, listener: FeedListener): FeedSubscription;
  /** How many places are taken. */
  readonly size: number;
}

/** Events of one read; a company that is far behind does not hold up the others. */
const PAGE = 200;
/** Listeners between two turns of the event loop. */
const FAN = 250;
const TICK_MS = 1_000;

/** Those of one company who have joined. */
interface Channel {
  readonly company: number;
  /** Everything up to here was given to the listeners. */
  position: FeedPosition;
  readonly listeners: Set<FeedListener>;
  /** There may be events after the position. */
  dirty: boolean;
}

const followers = new WeakMap<Ports["commitSignal"], FeedBroadcaster>();

/** The follower of this process; on Workers, of this request, as the pulse is. */
export function feedBroadcaster(ports: FollowedPorts): FeedBroadcaster {
  const known = followers.get(ports.commitSignal);
  if (known !== undefined) return known;
  const made = makeFollower(ports);
  followers.set(ports.commitSignal, made);
  return made;
}

function makeFollower(ports: FollowedPorts): FeedBroadcaster {
  const { config, commitSignal, clock, stopping } = ports;
  const channels = new Map<number, Channel>();
  const places = new Set<FeedListener>();
  const taken = quota({
    person: config.SSE_CLIENTS_PER_USER,
    company: config.SSE_CLIENTS_PER_COMPANY,
    all: config.SSE_CLIENTS,
  });
  let entered = 0;
  let running = false;
  let wake = new AbortController();
  let ticked = 0;

  /** Which companies have events after `scanned`; ids rise over all companies, so one small read tells. */
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

  /** One page of a company to all its listeners. */
  async function tell(channel: Channel): Promise<void> {
    const batch = await eventsAfter(ports, channel.company, channel.position, PAGE);
    channel.dirty = batch.length === PAGE;
    channel.position = batch.at(-1)?.id ?? channel.position;
    if (batch.length > 0) await each([...channel.listeners], (one) => one.events(batch));
  }

  async function each(listeners: readonly FeedListener[], say: (one: FeedListener) => void) {
    for (let at = 0; at < listeners.length; at += FAN) {
      for (const one of listeners.slice(at, at + FAN)) say(one);
      if (at + FAN < listeners.length) await ports.yieldToEventLoop();
    }
  }

  const everybody = (): FeedListener[] => [...places];

  async function tick(): Promise<void> {
    const now = clock.now();
    // A clock that was set back must not stop the ticks.
    if (Math.abs(now - ticked) < TICK_MS) return;
    ticked = now;
    await each(everybody(), (one) => one.tick(now));
  }

  /** Where the events of all companies end: what is committed later a scan finds, what was before a first read. */
  async function end(): Promise<FeedPosition> {
    const [row] = await ports.reader.rows({ sql: "select max(id) as last from events", args: [] });
    return Number(row?.last ?? FEED_START);
  }

  async function run(): Promise<void> {
    let scanned: FeedPosition | null = null;
    let quiet = 0;
    while (places.size > 0) {
      const seen = commitSignal.count();
      let behind = false;
      try {
        const from: FeedPosition = scanned ?? (await end());
        scanned = await scan(from);
        quiet = scanned === from ? quiet + 1 : 0;
        for (const channel of [...channels.values()]) if (channel.dirty) await tell(channel);
        behind = [...channels.values()].some(({ dirty }) => dirty);
      } catch (error) {
        // Nothing is lost: what was not read is read at the next beat.
        const code = error instanceof Failed ? error.failure.code : "internal";
        ports.log("warn", "feed.not_read", { code });
      }
      await tick();
      await (behind ? ports.yieldToEventLoop() : commitSignal.next(seen, wake.signal, quiet));
      if (wake.signal.aborted) wake = new AbortController();
    }
    running = false;
  }

  function start(): void {
    if (running) return;
    running = true;
    ticked = clock.now();
    void run();
  }

  const stop = () => {
    for (const listener of everybody()) listener.stop();
  };

  function subscribe(holder: Holder, listener: FeedListener): FeedSubscription {
    const { company } = holder;
    const place = taken.open(holder);
    const full = stopping.aborted ? "all" : place.add(1);
    if (full !== null) throw refused(full, config.SSE_CLIENTS_PER_USER);
    if (places.size === 0) stopping.addEventListener("abort", stop);
    places.add(listener);
    start();
    return {
      number: entered++,
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
        if (!places.delete(listener)) return;
        place.release();
        if (places.size === 0) stopping.removeEventListener("abort", stop);
        const channel = channels.get(company);
        channel?.listeners.delete(listener);
        if (channel?.listeners.size === 0) channels.delete(company);
        if (places.size === 0) wake.abort();
      },
    };
  }

  return {
    subscribe,
    get size() {
      return places.size;
    },
  };
}

function refused(full: QuotaScope, limit: number): Failed<PlatformFailure> {
  const retryAfterS = 5;
  return new Failed(
    full === "person"
      ? { code: "share_exceeded", what: "streams", limit, retryAfterS }
      : { code: "overloaded", what: "streams", retryAfterS },
  );
}
