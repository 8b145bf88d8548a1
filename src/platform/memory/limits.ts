import { LRUCache } from "lru-cache";
import type { RateLimits } from "../../ports/limits.ts";
import type { Ports } from "../../ports/ports.ts";
import { takeToken } from "../token-bucket.ts";

/**
 * Ports.RateLimits in this process, without timers. At most `max` buckets: the least recently used one is removed, and the
 * next call for its key finds it full.
 */
export function memoryLimits(clock: Ports["clock"], max = 10_000): RateLimits {
  const buckets = new LRUCache<string, number>({ max });
  return {
    async take(key, bucket) {
      const now = clock.now();
      const { taken, fullAt } = takeToken(buckets.get(key) ?? now, now, bucket);
      buckets.set(key, fullAt);
      return taken;
    },
  };
}
