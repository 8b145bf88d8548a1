import type { Context, MiddlewareHandler } from "hono";
import { holderOf } from "../../accounts/actor.ts";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { networkOf } from "../../accounts/login-limits.ts";
import type { Config } from "../../config.ts";
import { type Quota, type QuotaLimits, quota } from "../../lib/quota.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import { type Env, peerOf } from "../env.ts";
import { limitDocumentsPerUser } from "./documents-per-user.ts";

/** What tells of the service's state is answered also when it has no room. */
const ALWAYS = /^\/(?:api\/health(?:\/full)?|metrics)$/;

/** What reads documents by the hundred. */
const READS_DOCUMENTS = /^\/api\/nfe\//;

/** Bytes of bodies that may be in memory together, as they have come: a person's are two full batches and their frames. */
const BODY_BYTES: QuotaLimits = { person: 101 << 20, company: 256 << 20, all: 512 << 20 };

/** Logins that one network may have in work: each holds a place while its body comes. */
const LOGINS_PER_NETWORK = 20;

/** Of all places, those that strangers may take: one in so many. */
const STRANGERS_SHARE = 4;

/** The period of the wall on Workers. */
const WALL_S = 10;

/**
 * Two middlewares of one app. `admitted`, before everything, takes at most MAX_IN_FLIGHT requests until their answers begin;
 * beyond, a client is told at once to come back, while those inside are served in good time. Before it, where the runtime
 * has one, the wall against a network that asks far more than a shop can. `shared`, once it is known who asks, holds a person to
 * MAX_IN_FLIGHT_PER_USER and a company to MAX_IN_FLIGHT_PER_COMPANY; strangers, who can only log in, to a quarter of all and
 * LOGINS_PER_NETWORK, so that slow logins keep nobody out who has a token. Bodies are counted while they come (`hold`).
 * Fail with `overloaded`, `rate_limited`, `share_exceeded`.
 */
export function inFlightLimits(): Record<"admitted" | "shared", MiddlewareHandler<Env>> {
  const bodies = quota(BODY_BYTES);
  const everybody = sharesOf((config) => ({ all: config.MAX_IN_FLIGHT }));
  const people = sharesOf((config) => ({
    person: config.MAX_IN_FLIGHT_PER_USER,
    company: config.MAX_IN_FLIGHT_PER_COMPANY,
  }));
  const strangers = sharesOf((config) => ({
    person: LOGINS_PER_NETWORK,
    all: Math.ceil(config.MAX_IN_FLIGHT / STRANGERS_SHARE),
  }));
  const sharedByStrangers: MiddlewareHandler<Env> = async (c, next) => {
    const peer = peerOf(c);
    const place = strangers(c).open(peer === null ? null : { company: 0, person: networkOf(peer) });
    const full = place.add(1);
    if (full === "person")
      throw new Failed<AccountsFailure>({ code: "rate_limited", retryAfterS: 1 });
    if (full !== null) throw overloaded();
    try {
      await next();
    } finally {
      place.release();
    }
  };
  return {
    async admitted(c, next) {
      if (ALWAYS.test(c.req.path)) return next();
      await limitNetworkRate(c);
      const place = everybody(c).open(null);
      if (place.add(1) !== null) throw overloaded();
      c.set("body", bodies.open(null));
      try {
        await next();
      } finally {
        place.release();
        c.var.body?.release();
      }
    },
    async shared(c, next) {
      const { actor, ports } = c.var;
      // An open route has no actor.
      if (actor === undefined) return ALWAYS.test(c.req.path) ? next() : sharedByStrangers(c, next);
      const holder = holderOf(actor);
      const place = people(c).open(holder);
      const full = place.add(1);
      const limit = ports.config.MAX_IN_FLIGHT_PER_USER;
      if (full === "person")
        throw new Failed<PlatformFailure>({
          code: "share_exceeded",
          what: "requests",
          limit,
          retryAfterS: 1,
        });
      if (full !== null) throw overloaded();
      c.set("body", bodies.open(holder));
      if (READS_DOCUMENTS.test(c.req.path)) c.set("ports", limitDocumentsPerUser(ports, holder));
      try {
        await next();
      } finally {
        place.release();
      }
    },
  };
}

/**
 * Counts so many bytes of this request's body as in memory, until its answer begins. Fails with `share_exceeded` where the
 * person's bodies take too much, with `overloaded` where everybody's do.
 */
export function reserveBodyBytes({ var: { body } }: Context<Env>, bytes: number): void {
  const full = body?.add(bytes) ?? null;
  if (full === null) return;
  throw full === "person"
    ? new Failed<PlatformFailure>({
        code: "share_exceeded",
        what: "bodies",
        limit: BODY_BYTES.person,
        retryAfterS: 5,
      })
    : overloaded();
}

/** Made with the first request, which brings the configuration; what is not bounded here is elsewhere. */
function sharesOf(bounds: (config: Config) => Partial<QuotaLimits>): (c: Context<Env>) => Quota {
  const open = { person: Infinity, company: Infinity, all: Infinity };
  let made: Quota | undefined;
  return (c) => {
    made ??= quota({ ...open, ...bounds(c.var.ports.config) });
    return made;
  };
}

const overloaded = () =>
  new Failed<PlatformFailure>({ code: "overloaded", what: "requests", retryAfterS: 1 });

async function limitNetworkRate(c: Context<Env>): Promise<void> {
  const { limits } = c.var.ports;
  if (limits.admits === undefined) return;
  const peer = peerOf(c);
  if (peer === null || (await limits.admits(networkOf(peer)))) return;
  throw new Failed<AccountsFailure>({ code: "rate_limited", retryAfterS: WALL_S });
}
