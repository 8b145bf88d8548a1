import type { Context, MiddlewareHandler } from "hono";
import { rateLimiter, type Store } from "hono-rate-limiter";
import { holderOf } from "../../accounts/actor.ts";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { Failed } from "../../lib/result.ts";
import type { RateLimits } from "../../ports/limits.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";

/**
 * Lets each user, and each API key, send RATE_LIMIT_PER_SECOND requests per second and RATE_LIMIT_BURST at once; 0 for either turns it off.
 * Stands after `authenticated`, keyed by the user and not by an address that a whole shop shares (S8). Every answer of
 * an authenticated route carries `RateLimit` and `RateLimit-Policy` (draft-7). Fails with `rate_limited`.
 */
export const rateLimited: MiddlewareHandler<Env> = (c, next) => {
  // An open route has no actor; login has limits of its own.
  if (c.var.actor === undefined) return next();
  return limiterOf(c.var.ports)(c, next);
};

const limiters = new WeakMap<RateLimits, MiddlewareHandler<Env>>();

/** One limiter per store, made at the first request: on Workers bindings, and so the store, come with requests. */
function limiterOf({ config, limits }: Pick<Ports, "config" | "limits">): MiddlewareHandler<Env> {
  const known = limiters.get(limits);
  if (known !== undefined) return known;
  const { RATE_LIMIT_BURST: capacity, RATE_LIMIT_PER_SECOND: perSecond } = config;
  const made =
    capacity === 0 || perSecond === 0
      ? pass
      : rateLimiter<Env>({
          limit: capacity,
          // The time in which an empty bucket fills: the policy then reads `20;w=2`, which is true.
          windowMs: (capacity / perSecond) * 1_000,
          standardHeaders: "draft-7",
          keyGenerator: (c) => holderOf(c.var.actor).person,
          store: bucketStore(limits, { capacity, perSecond }),
          handler: refuse,
        });
  limiters.set(limits, made);
  return made;
}

const pass: MiddlewareHandler<Env> = (_, next) => next();

/** The library has set its headers; the problem table says the rest. */
function refuse(c: Context<Env>): never {
  throw new Failed<AccountsFailure>({
    code: "rate_limited",
    retryAfterS: Number(c.res.headers.get("retry-after") ?? 1),
  });
}

/** The library counts hits of a window: a bucket with n tokens left looks to it like capacity - n hits. */
function bucketStore(
  limits: RateLimits,
  bucket: { capacity: number; perSecond: number },
): Store<Env> {
  return {
    async increment(key) {
      const { allowed, remaining, resetMs } = await limits.take(key, bucket);
      return {
        totalHits: allowed ? bucket.capacity - remaining : bucket.capacity + 1,
        // The library subtracts its own clock again, so ours is not asked.
        resetTime: new Date(Date.now() + resetMs),
      };
    },
    // Every request counts, also one that failed: nothing is ever given back.
    decrement: () => undefined,
    resetKey: () => undefined,
  };
}
