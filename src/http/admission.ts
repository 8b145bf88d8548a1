import type { Context, MiddlewareHandler } from "hono";
import type { AccountsFailure } from "../accounts/failures.ts";
import { networkOf } from "../accounts/login-limits.ts";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports.ts";
import { type Env, peerOf } from "./env.ts";

/** What tells of the service's state is answered also when it has no room. */
const ALWAYS = /^\/(?:api\/health(?:\/full)?|metrics)$/;

/** Bodies that may be in memory together, by what their Content-Length says; one alone may be larger. */
const BODY_BYTES = 512 << 20;

/** The period of the wall on Workers. */
const WALL_S = 10;

/**
 * Takes at most MAX_IN_FLIGHT requests until their answers begin; beyond, a client is told at once to come back, while
 * those inside are served in good time. One for each app. Before it, where the runtime has one, the wall against a network
 * that asks far more than a shop can. Fails with `overloaded`, `rate_limited`.
 */
export function admission(): MiddlewareHandler<Env> {
  let [inside, bytes] = [0, 0];
  return async (c, next) => {
    if (ALWAYS.test(c.req.path)) return next();
    await passTheWall(c);
    const size = Number(c.req.header("content-length") ?? 0) || 0;
    const full = inside >= c.var.ports.config.MAX_IN_FLIGHT;
    if (full || (bytes > 0 && bytes + size > BODY_BYTES))
      throw new Failed<PlatformFailure>({ code: "overloaded", what: "requests", retryAfterS: 1 });
    inside += 1;
    bytes += size;
    try {
      await next();
    } finally {
      inside -= 1;
      bytes -= size;
    }
  };
}

async function passTheWall(c: Context<Env>): Promise<void> {
  const { limits } = c.var.ports;
  if (limits.admits === undefined) return;
  const peer = peerOf(c);
  if (peer === null || (await limits.admits(networkOf(peer)))) return;
  throw new Failed<AccountsFailure>({ code: "rate_limited", retryAfterS: WALL_S });
}
