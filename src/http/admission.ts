import type { MiddlewareHandler } from "hono";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports.ts";
import type { Env } from "./env.ts";

/** What tells of the service's state is answered also when it has no room. */
const ALWAYS = /^\/(?:api\/health(?:\/full)?|metrics)$/;

/** Bodies that may be in memory together, by what their Content-Length says; one alone may be larger. */
const BODY_BYTES = 512 << 20;

/**
 * Takes at most MAX_IN_FLIGHT requests until their answers begin; beyond, a client is told at once to come back, while
 * those inside are served in good time. One for each app. Fails with `overloaded`.
 */
export function admission(): MiddlewareHandler<Env> {
  let [inside, bytes] = [0, 0];
  return async (c, next) => {
    if (ALWAYS.test(c.req.path)) return next();
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
