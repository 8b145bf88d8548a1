import { LRUCache } from "lru-cache";
import type { Ports, RateLimits } from "../../ports.ts";

/** What a chain of instants may lose as doubles: one is exact to 1/4096 ms in our century. */
const SLACK_MS = 0.05;

/**
 * Ports.RateLimits in this process, without timers: a bucket is one number, the instant at which it will be full again
 * (the generic cell rate algorithm, which counts exactly as a token bucket does). Time that runs backwards gives nothing, and
 * empties a bucket at most: nobody waits for the clock to be where it was.
 * At most `max` buckets: the one unused for longest is forgotten, that is, full; the next caller of its key starts anew.
 * `resetMs` is the time from now until the bucket is full, or, when refused, until there is one token.
 */
export function memoryLimits(clock: Ports["clock"], max = 10_000): RateLimits {
  const fullAt = new LRUCache<string, number>({ max });
  return {
    async take(key, { capacity, perSecond }) {
      const now = clock.now();
      const perToken = 1_000 / perSecond;
      const latest = now + capacity * perToken;
      const known = fullAt.get(key) ?? now;
      if (known > latest) fullAt.set(key, latest);
      const missing = Math.max(0, Math.min(known, latest) - now) / perToken;
      const tokens = capacity - missing;
      const slack = SLACK_MS / perToken;
      if (tokens + slack < 1)
        return { allowed: false, remaining: 0, resetMs: (1 - tokens) * perToken };
      const full = now + (missing + 1) * perToken;
      fullAt.set(key, full);
      return {
        allowed: true,
        remaining: Math.max(0, Math.floor(tokens - 1 + slack)),
        resetMs: full - now,
      };
    },
  };
}
