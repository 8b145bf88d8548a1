import type { Context } from "hono";
import type { Actor, Authenticated, UserCause } from "../accounts/actor.ts";
import type { BrowserSession } from "../accounts/token.ts";
import type { Reservation } from "../lib/quota.ts";
import type { Ports } from "../ports/ports.ts";
import type { Deadline } from "../resilience/deadline.ts";

/** What hono carries through a request: the bindings (Workers) and the variables that the middlewares set. */
export interface Env {
  Bindings: Record<string, unknown>;
  Variables: {
    ports: Ports;
    /**
     * The request as the runtime gave it. A middleware may replace `c.req.raw` by a copy (another type, a body that was read),
     * and the runtime knows neither the peer nor the idle timeout of a copy.
     */
    request: Request;
    /** Aborts when the client disconnects, or when the deadline passes before the answer begins (middleware/deadline.ts). */
    signal: AbortSignal;
    /** The deadline that `signal` belongs to; absent where the deadline middleware does not run. */
    deadline?: Deadline;
    /** The memory that this request's body takes; absent where the in-flight limits do not run. */
    bodyReservation?: Reservation;
    /** The caller's X-Request-Id, or one of our own. */
    requestId: string;
    /** The code of the problem document, where the answer is one. */
    problemCode?: string;
    /** The user or API key that calls; set by middleware/auth.ts on every route that is not open. */
    actor: Actor;
    /** The browser's session that calls, where its cookie gave the token. */
    session?: BrowserSession & {
      /** When its token in the cookie ends, the new one where this answer brings one: seconds since 1970. */
      readonly expiresAt: number;
    };
    /**
     * What an earlier request with the same Idempotency-Key and content has done, whose answer is not kept: a handler that would
     * do it twice answers with it. Set by http/idempotency.
     */
    resumed?: { readonly action: string; readonly entity: string; readonly id: string | null };
    /** The company's cache versions as of this request, for `cached` and `settingsOf`; set with `actor`. */
    versions: Authenticated["versions"];
    /** Asks another route of this service in the name of the caller (http/assistant/inner-app.ts). */
    dispatch: Dispatch;
  };
}

/** A request of this service to a route of its own; the body is sent as JSON. */
export interface InnerRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: unknown;
}

/** Carries out an inner request with the variables of the request that asks (actor, ports, signal …). */
export type Dispatch = (
  request: InnerRequest,
  vars: Env["Variables"],
) => Promise<{ readonly status: number; readonly body: unknown }>;

/** The data of this request that an audit row records. */
export function causeOf(c: Pick<Context<Env>, "get">): UserCause {
  return { actor: c.get("actor"), requestId: c.get("requestId"), peer: peerOf(c) };
}

/** The client's address as the port reports it (S7: never from a header that an untrusted client sent); null when unknown. */
export const peerOf = (c: Pick<Context<Env>, "get">): string | null =>
  c.get("ports").peer(c.get("request"));
