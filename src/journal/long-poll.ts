import type { Holder } from "../lib/quota.ts";
import type { Ports } from "../ports/ports.ts";
import { eventsAfter, type FeedEvent, type FeedPosition } from "./feed.ts";
import { feedBroadcaster } from "./feed-broadcaster.ts";

/** What a reader of the feed asks for. */
export interface LongPoll {
  readonly holder: Holder;
  readonly after: FeedPosition;
  readonly limit: number;
  /** How long to wait for the first event when there is none, in milliseconds. */
  readonly waitMs: number;
}

/**
 * Events after a position; where there are none yet, those that come within the time, or none. Whoever waits takes one of
 * the follower's places: fails with PlatformFailure `overloaded` or `share_exceeded` when there is none.
 */
export async function waitForEvents(
  ports: Pick<Ports, "clock"> & Parameters<typeof feedBroadcaster>[0],
  { holder, after, limit, waitMs }: LongPoll,
  signal: AbortSignal,
): Promise<FeedEvent[]> {
  const { company } = holder;
  const there = await eventsAfter(ports, company, after, limit, signal);
  if (there.length > 0 || waitMs === 0) return there;
  const until = ports.clock.now() + waitMs;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const place = feedBroadcaster(ports).subscribe(holder, {
    events: () => resolve(),
    tick: (now) => now >= until && resolve(),
    stop: resolve,
  });
  signal.addEventListener("abort", () => resolve(), { once: true });
  try {
    // Where the others are further, something came in between, and is there to be read.
    if (place.startFrom(after)) await over;
  } finally {
    place.unsubscribe();
  }
  return eventsAfter(ports, company, after, limit, signal);
}
