import type { Context, MiddlewareHandler } from "hono";
import { rateLimiter, type Store } from "hono-rate-limiter";
import { holderOf } from "../../accounts/actor.ts";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { Failed } from "../../lib/result.ts";
import type { RateLimits } from "../../ports/limits.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";

/**
 * Limits each user and each API key to RATE_LIMIT_PER_SECOND requests per second and RATE_LIMIT_BURST at once; 0 for either
 * disables it. Runs after `authenticated`: the key is the user, not the address that a whole shop shares (S8). Every answer
 * of an authenticated route carries `RateLimit` and `RateLimit-Policy` (draft-7). Fails with `rate_limited`.
 */
export const rateLimited: MiddlewareHandler<Env> = (c, next) => {
  // An open route has no actor; login has its own limits.
  if (c.get("actor") === undefined) return next();
  return limiterOf(c.get("ports"))(c, next);
};

const limiters = new WeakMap<RateLimits, MiddlewareHandler<Env>>();

/** One limiter per store, made with the first request: on Workers the store comes with the request's bindings. */
function limiterOf({ config, limits }: Pick<Ports, "config" | "limits">): MiddlewareHandler<Env> {
  const known = limiters.get(limits);
  if (known !== undefined) return known;
  const { RATE_LIMIT_BURST: capacity, RATE_LIMIT_PER_SECOND: perSecond } = config;
  const made =
    capacity === 0 || perSecond === 0
      ? pass
      : rateLimiter<Env>({
          limit: capacity,
          // The time in which an empty bucket fills, so that the policy header reads `20;w=2`.
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

/** The library has set its headers; the failure makes the problem document. */
function refuse(c: Context<Env>): never {
  throw new Failed<AccountsFailure>({
    code: "rate_limited",
    retryAfterS: Number(c.res.headers.get("retry-after") ?? 1),
  });
}

/** Adapts a token bucket to the library, which counts hits in a window: n tokens left are reported as capacity - n hits. */
function bucketStore(
  limits: RateLimits,
  bucket: { capacity: number; perSecond: number },
): Store<Env> {
  return {
    async increment(key) {
      const { allowed, remaining, resetMs } = await limits.take(key, bucket);
      return {
        totalHits: allowed ? bucket.capacity - remaining : bucket.capacity + 1,
        // The process clock, because the library subtracts the process clock again.
        resetTime: new Date(Date.now() + resetMs),
      };
    },
    // Every request counts, also one that failed.
    decrement: () => undefined,
    resetKey: () => undefined,
  };
}
