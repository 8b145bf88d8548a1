import { holderOf } from "../../accounts/actor.ts";
import { type Quota, type QuotaLimits, quota } from "../../lib/quota.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";

/** Papers that are made at a time: each keeps its document, its texts and its file in memory. */
const LIMITS: QuotaLimits = { person: 3, company: 6, all: 12 };

/** Keyed by the clock, which all requests of a process (on Workers: of an isolate) share. */
const quotas = new WeakMap<Ports["clock"], Quota>();

/**
 * Makes a paper within the limits. Fails with PlatformFailure `share_exceeded` at the limit of the user, with `overloaded` at
 * that of the company or of all.
 */
export async function limitRenderings<T>(
  { var: { ports, actor } }: { var: Env["Variables"] },
  make: () => Promise<T>,
): Promise<T> {
  const shared = quotas.get(ports.clock) ?? quota(LIMITS);
  quotas.set(ports.clock, shared);
  const reservation = shared.open(holderOf(actor));
  const exceeded = reservation.add(1);
  if (exceeded !== null)
    throw new Failed<PlatformFailure>(
      exceeded === "person"
        ? { code: "share_exceeded", what: "downloads", limit: LIMITS.person, retryAfterS: 1 }
        : { code: "overloaded", what: "documents", retryAfterS: 1 },
    );
  try {
    return await make();
  } finally {
    reservation.release();
  }
}
