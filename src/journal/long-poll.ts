import type { Holder } from "../lib/quota.ts";
import type { Ports } from "../ports/ports.ts";
import { eventsAfter, type FeedEvent, type FeedPosition } from "./feed.ts";
import { feedBroadcaster } from "./feed-broadcaster.ts";

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
  ports: Pick<Ports, "clock"> & Parameters<typeof feedBroadcaster>[0],
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
