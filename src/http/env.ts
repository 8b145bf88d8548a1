import type { Actor, Cause } from "../accounts/actor.ts";
import type { Reservation } from "../lib/quota.ts";
import type { Ports } from "../ports/ports.ts";
import type { Deadline } from "../resilience/deadline.ts";

/** What hono carries through a request: the bindings (Workers) and what the middlewares have set. */
export interface Env {
  Bindings: Record<string, unknown>;
  Variables: {
    ports: Ports;
    /**
     * The request as the runtime gave it. A middleware may put a copy into `c.req.raw` (another type, a body read in
     * parts), and the runtime knows neither the peer nor the time limit of a copy.
     */
    request: Request;
    /** Aborts when the client leaves, or the route's time is over before its answer begins; see http/deadline.ts. */
    signal: AbortSignal;
    /** What `signal` is of; absent where no deadline stands before the route. */
    time?: Deadline;
    /** What this request's body takes of the memory for bodies; absent where no admission stands before the route. */
    body?: Reservation;
    /** Own or the caller's X-Request-Id. */
    requestId: string;
    /** The code of the problem that answers, where one does. */
    code?: string;
    /** Set by http/auth.ts on every route that is not open. */
    actor: Actor;
    /** The `settings` cache version as of this request, for `settingsOf`; set with `actor`. */
    settingsVersion: number;
  };
}

/** What an audit line needs to know of this request. */
export function causeOf(c: { var: Env["Variables"] }): Cause {
  return { actor: c.var.actor, requestId: c.var.requestId, peer: peerOf(c) };
}

/** The address of the client as the ports know it (S7: never as a stranger's header says it); null when unknown. */
export const peerOf = (c: { var: Env["Variables"] }): string | null =>
  c.var.ports.peer(c.var.request);
