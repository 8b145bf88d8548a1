import { LRUCache } from "lru-cache";
import { sha256 } from "../../lib/hash.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { RateLimits } from "../../ports/limits.ts";
import type { Ports } from "../../ports/ports.ts";
import { type CallLimiter, oneSecondTimeout } from "../../resilience/policies.ts";
import { memoryLimits } from "../memory/limits.ts";
import type { BucketRules, Taken } from "../token-bucket.ts";

/** A binding of [[ratelimits]]. */
interface RateLimitBinding {
  limit(of: { key: string }): Promise<{ success: boolean }>;
}

/** The counters: Durable Objects, and before them the rate limits of wrangler.toml, which are free and only approximate. */
export interface Counters {
  readonly buckets: { getByName(name: string): { take(rules: BucketRules): Promise<Taken> } };
  /** For each network and each bucket; absent where it is not bound. */
  readonly edgeLimits: {
    readonly network?: RateLimitBinding | undefined;
    readonly bucket?: RateLimitBinding | undefined;
  };
  /** For calls to the objects, but not for a login (`exact`): faults that others cause must not open its circuit. */
  readonly limiter: CallLimiter;
}

/** The period of the edge limits in wrangler.toml, ms. */
const EDGE_LIMIT_MS = 10_000;

/**
 * Ports.RateLimits on Workers: one Durable Object for each bucket, exact in every location. After a refusal the isolate itself
 * refuses until there is a token again: that is exact too, and a flood of requests causes no calls.
 *
 * When an object does not answer, a login (`exact`) fails with PlatformFailure `overloaded`: an attacker who overloads the
 * bucket of an account must not win more guesses. Any other request is counted in this isolate (logged, and counted in
 * `rate_limit_guesses_total`): users are served, up to the limit in each isolate, although the counter is down.
 */
export function cloudflareLimits(
  { buckets, edgeLimits, limiter }: Counters,
  { clock, log, meter }: Pick<Ports, "clock" | "log" | "meter">,
): RateLimits {
  const here = memoryLimits(clock);
  /** By key: when there is a token again, ms UTC. */
  const refused = new LRUCache<string, number>({ max: 10_000 });
  const passes = async (limit: RateLimitBinding | undefined, key: string): Promise<boolean> =>
    limit === undefined || (await limit.limit({ key }).catch(() => ({ success: true }))).success;

  return {
    admits: (network) => passes(edgeLimits.network, network),
    async take(key, bucket) {
      const { capacity, perSecond, exact = false } = bucket;
      const now = clock.now();
      const until = refused.get(key) ?? 0;
      if (until > now) return { allowed: false, remaining: 0, resetMs: until - now };
      if (!(await passes(edgeLimits.bucket, key)))
        return { allowed: false, remaining: 0, resetMs: EDGE_LIMIT_MS };
      // A key may be an e-mail address, which must not become the name of an object.
      const name = await sha256(key);
      const ask = async (): Promise<Taken> => buckets.getByName(name).take({ capacity, perSecond });
      try {
        const taken = await (exact ? oneSecondTimeout.execute(ask) : limiter(ask));
        if (!taken.allowed) refused.set(key, now + taken.resetMs);
        return taken;
      } catch (cause) {
        log("warn", "limits.not_asked", {
          exact,
          name: cause instanceof Error ? cause.name : "unknown",
        });
        if (exact)
          throw new Failed<PlatformFailure>(
            { code: "overloaded", what: "limits", retryAfterS: 1 },
            { cause },
          );
        meter.count("rate_limit_guesses_total", {});
        return here.take(key, bucket);
      }
    },
  };
}
