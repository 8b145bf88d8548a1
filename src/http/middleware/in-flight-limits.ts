import type { Context, MiddlewareHandler } from "hono";
import { holderOf } from "../../accounts/actor.ts";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { networkOf } from "../../accounts/login/login-limits.ts";
import type { Config } from "../../config.ts";
import { type Quota, type QuotaLimits, quota } from "../../lib/quota.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import { type Env, peerOf } from "../env.ts";
import { limitDocuments, limitWrites } from "./shares.ts";

/** Routes that report the state of the service: they answer also when the service is overloaded. */
const UNLIMITED = /^\/(?:api\/health(?:\/full)?|metrics)$/;

/** Routes that read many documents for one request, or large ones. */
const READS_DOCUMENTS = /^\/api\/(?:nfe|sefaz\/calls)\//;

/** Bytes of request bodies in memory at a time, counted as they arrive. A user's limit is two full batches with their forms. */
const BODY_BYTES: QuotaLimits = { person: 101 << 20, company: 256 << 20, all: 512 << 20 };

/** Logins of one network in flight: each counts while its body arrives. */
const LOGINS_PER_NETWORK = 20;

/** Requests without a token may take one in so many of MAX_IN_FLIGHT. */
const ANONYMOUS_FRACTION = 4;

/** The period of the network rate limit on Workers. */
const NETWORK_LIMIT_PERIOD_S = 10;

/**
 * Two middlewares that bound the requests in flight (begun, and not yet answered) of one app.
 * `limitAll` runs first and admits at most MAX_IN_FLIGHT requests; before that it applies the runtime's network rate limit,
 * where there is one. `limitEach` runs after authentication and admits MAX_IN_FLIGHT_PER_USER requests of a user or key and
 * MAX_IN_FLIGHT_PER_COMPANY of a company. Requests without a token, which can only log in, get a quarter of MAX_IN_FLIGHT and
 * LOGINS_PER_NETWORK, so that slow logins never block a caller who has a token.
 * Fail with `overloaded` (503), `rate_limited` or `share_exceeded` (429).
 */
export function inFlightLimits(): Record<"limitAll" | "limitEach", MiddlewareHandler<Env>> {
  const bodies = quota(BODY_BYTES);
  const allRequests = quotaOf((config) => ({ all: config.MAX_IN_FLIGHT }));
  const authenticated = quotaOf((config) => ({
    person: config.MAX_IN_FLIGHT_PER_USER,
    company: config.MAX_IN_FLIGHT_PER_COMPANY,
  }));
  const anonymous = quotaOf((config) => ({
    person: LOGINS_PER_NETWORK,
    all: Math.ceil(config.MAX_IN_FLIGHT / ANONYMOUS_FRACTION),
  }));
  const limitAnonymous: MiddlewareHandler<Env> = async (c, next) => {
    const peer = peerOf(c);
    const slot = anonymous(c).open(peer === null ? null : { company: 0, person: networkOf(peer) });
    const exceeded = slot.add(1);
    if (exceeded === "person")
      throw new Failed<AccountsFailure>({ code: "rate_limited", retryAfterS: 1 });
    if (exceeded !== null) throw overloaded();
    try {
      await next();
    } finally {
      slot.release();
    }
  };
  return {
    async limitAll(c, next) {
      if (UNLIMITED.test(c.req.path)) return next();
      await limitNetworkRate(c);
      const slot = allRequests(c).open(null);
      if (slot.add(1) !== null) throw overloaded();
      c.set("bodyReservation", bodies.open(null));
      try {
        await next();
      } finally {
        slot.release();
        c.get("bodyReservation")?.release();
      }
    },
    async limitEach(c, next) {
      const ports = c.get("ports");
      // An open route has no actor.
      const actor = c.get("actor");
      if (actor === undefined) return UNLIMITED.test(c.req.path) ? next() : limitAnonymous(c, next);
      const holder = holderOf(actor);
      const slot = authenticated(c).open(holder);
      const exceeded = slot.add(1);
      const limit = ports.config.MAX_IN_FLIGHT_PER_USER;
      if (exceeded === "person")
        throw new Failed<PlatformFailure>({
          code: "share_exceeded",
          what: "requests",
          limit,
          retryAfterS: 1,
        });
      if (exceeded !== null) throw overloaded();
      c.set("bodyReservation", bodies.open(holder));
      const shared = limitWrites(ports, holder);
      c.set("ports", READS_DOCUMENTS.test(c.req.path) ? limitDocuments(shared, holder) : shared);
      try {
        await next();
      } finally {
        slot.release();
      }
    },
  };
}

/**
 * Counts `bytes` more of this request's body, or of what is inflated of it, as in memory, until the answer begins. Fails with `share_exceeded` when the
 * user's bodies take too much memory, with `overloaded` when those of the company or of all do.
 */
export function reserveBodyBytes(c: Context<Env>, bytes: number): void {
  const exceeded = c.get("bodyReservation")?.add(bytes) ?? null;
  if (exceeded === null) return;
  throw exceeded === "person"
    ? new Failed<PlatformFailure>({
        code: "share_exceeded",
        what: "bodies",
        limit: BODY_BYTES.person,
        retryAfterS: 5,
      })
    : overloaded();
}

/** A quota that is made with the first request, which brings the configuration; a limit that is absent is infinite. */
function quotaOf(limits: (config: Config) => Partial<QuotaLimits>): (c: Context<Env>) => Quota {
  const unlimited = { person: Infinity, company: Infinity, all: Infinity };
  let made: Quota | undefined;
  return (c) => {
    made ??= quota({ ...unlimited, ...limits(c.get("ports").config) });
    return made;
  };
}

const overloaded = () =>
  new Failed<PlatformFailure>({ code: "overloaded", what: "requests", retryAfterS: 1 });

async function limitNetworkRate(c: Context<Env>): Promise<void> {
  const { limits } = c.get("ports");
  if (limits.admits === undefined) return;
  const peer = peerOf(c);
  if (peer === null || (await limits.admits(networkOf(peer)))) return;
  throw new Failed<AccountsFailure>({ code: "rate_limited", retryAfterS: NETWORK_LIMIT_PERIOD_S });
}
