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
interface Wall {
  limit(of: { key: string }): Promise<{ success: boolean }>;
}

/** What counts: the objects, and before them the rate limits of wrangler.toml, which cost nothing and are only about right. */
export interface Counters {
  readonly buckets: { getByName(name: string): { take(rules: BucketRules): Promise<Taken> } };
  /** For each network and each bucket; absent where it is not bound. */
  readonly edgeLimits: {
    readonly network?: Wall | undefined;
    readonly bucket?: Wall | undefined;
  };
  /** The way to the objects; a stranger's slow bucket must not close it for a login (`exact`), which goes without. */
  readonly way: CallLimiter;
}

/** The period of the walls in wrangler.toml. */
const WALL_MS = 10_000;

/**
 * Ports.RateLimits on Workers: one Durable Object for each bucket, exact wherever its user is served. What an object has
 * refused is refused here until it has a token again, without asking: that is exact too, and who hammers costs no calls.
 *
 * When no object answers: a login is refused (`exact`), with PlatformFailure `overloaded`, because whoever keeps the bucket of
 * an account busy until it is late must not win guesses by it, and its owner is held up by the full bucket all the same. Any other
 * request is counted in this isolate (logged, `rate_limit_guesses_total`): an authenticated user is let through, up to the
 * figure in each isolate, rather than a whole shop stopped by our own counter.
 */
export function cloudflareLimits(
  { buckets, edgeLimits, way }: Counters,
  { clock, log, meter }: Pick<Ports, "clock" | "log" | "meter">,
): RateLimits {
  const here = memoryLimits(clock);
  /** By key: when there is a token again, ms UTC. */
  const refused = new LRUCache<string, number>({ max: 10_000 });
  const passes = async (wall: Wall | undefined, key: string): Promise<boolean> =>
    wall === undefined || (await wall.limit({ key }).catch(() => ({ success: true }))).success;

  return {
    admits: (network) => passes(edgeLimits.network, network),
    async take(key, bucket) {
      const { capacity, perSecond, exact = false } = bucket;
      const now = clock.now();
      const until = refused.get(key) ?? 0;
      if (until > now) return { allowed: false, remaining: 0, resetMs: until - now };
      if (!(await passes(edgeLimits.bucket, key)))
        return { allowed: false, remaining: 0, resetMs: WALL_MS };
      // A name may be an e-mail address; nobody but us has to know.
      const name = await sha256(key);
      const ask = async (): Promise<Taken> => buckets.getByName(name).take({ capacity, perSecond });
      try {
        const taken = await (exact ? oneSecondTimeout.execute(ask) : way(ask));
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
