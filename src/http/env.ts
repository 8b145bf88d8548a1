import type { Actor, Cause } from "../accounts/actor.ts";
import type { Ports } from "../ports.ts";

/** What hono carries through a request: the bindings (Workers) and what the middlewares have set. */
export interface Env {
  Bindings: Record<string, unknown>;
  Variables: {
    ports: Ports;
    /** Own or the caller's X-Request-Id. */
    requestId: string;
    /** Set by http/auth.ts on every route that is not open. */
    actor: Actor;
    /** The `settings` cache version as of this request, for `settingsOf`; set with `actor`. */
    settingsVersion: number;
  };
}

/** What an audit line needs to know of this request. */
export function causeOf(c: { var: Env["Variables"]; req: { raw: Request } }): Cause {
  return { actor: c.var.actor, requestId: c.var.requestId, peer: c.var.ports.peer(c.req.raw) };
}
