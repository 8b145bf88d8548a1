import type { Context } from "hono";
import { authenticate } from "../../accounts/authenticate.ts";
import { may } from "../../accounts/roles.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";
import { bearerOf } from "../middleware/auth.ts";

/** How often a long answer asks whether its reader may still have it. */
const LOOK_MS = 8_000;

/** Whether the bearer may still read what is this company's. Rejects where the database does not answer. */
export async function canStillRead(
  ports: Ports,
  bearer: string,
  company: number,
): Promise<boolean> {
  try {
    const { actor } = await authenticate(ports, bearer);
    return actor.company === company && may(actor.role, "read");
  } catch (error) {
    if (error instanceof Failed && error.failure.code === "auth.invalid_token") return false;
    throw error;
  }
}

/**
 * For an answer that may take hours: `signal` aborts with the request's own, and when `look`, which its reader's every step
 * calls, finds that the bearer may read no longer.
 */
export function untilRevoked(c: Context<Env>): { readonly signal: AbortSignal; look(): void } {
  const { ports, actor, signal } = c.var;
  const bearer = bearerOf(c);
  const revoked = new AbortController();
  let looked = ports.clock.now();
  return {
    signal: AbortSignal.any([signal, revoked.signal]),
    look() {
      const now = ports.clock.now();
      if (Math.abs(now - looked) < LOOK_MS) return;
      looked = now;
      canStillRead(ports, bearer, actor.company).then(
        (good) => good || revoked.abort(new DOMException("the session has ended", "AbortError")),
        // A database that does not answer now is no reason to send anybody away.
        () => undefined,
      );
    },
  };
}
