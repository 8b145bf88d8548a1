import type { Context } from "hono";
import { atHome } from "../../accounts/home.ts";
import { authenticate } from "../../accounts/login/authenticate.ts";
import { inNamedCompany } from "../../accounts/login/named-company.ts";
import { may } from "../../accounts/roles.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";
import { bearerOf } from "../middleware/auth.ts";

/** How often a long answer checks that its reader's token still counts. */
const CHECK_MS = 8_000;

/**
 * Whether the token still allows reading this company's data: its own, or another one in which the person of its session, where
 * `openCompany` is open, still is. Rejects when the database does not answer.
 */
export async function canStillRead(
  ports: Ports,
  bearer: string,
  company: number,
  openCompany?: number,
): Promise<boolean> {
  try {
    const { actor, claims } = await authenticate(ports, bearer);
    if (actor.company !== (openCompany ?? company)) return false;
    if (openCompany === undefined) return may(actor.role, "read");
    if (claims === undefined) return false;
    return may((await inNamedCompany(ports, claims, company)).actor.role, "read");
  } catch (error) {
    if (error instanceof Failed && ENDED.has(error.failure.code)) return false;
    throw error;
  }
}

const ENDED: ReadonlySet<string> = new Set(["auth.invalid_token", "company.not_found"]);

/**
 * As `canStillRead`, for a stream that waits for what is written next: false too when the company has moved to another database,
 * so that its reader connects again there.
 */
export async function canStillFollow(
  ports: Ports,
  bearer: string,
  company: number,
): Promise<boolean> {
  if (!(await canStillRead(ports, bearer, company))) return false;
  return (await atHome(ports, company)).reader === ports.reader;
}

/**
 * Ends an answer that may take hours when its token is revoked. `signal` aborts with the request's own signal, or when `check`,
 * which is to be called at every step of the answer, finds that the token no longer allows reading.
 */
export function untilRevoked(c: Context<Env>): { readonly signal: AbortSignal; check(): void } {
  const { ports, actor, signal } = c.var;
  const bearer = bearerOf(c);
  const revoked = new AbortController();
  let checkedAt = ports.clock.now();
  return {
    signal: AbortSignal.any([signal, revoked.signal]),
    check() {
      const now = ports.clock.now();
      if (Math.abs(now - checkedAt) < CHECK_MS) return;
      checkedAt = now;
      canStillRead(ports, bearer, actor.company, actor.openCompany).then(
        (authorised) =>
          authorised || revoked.abort(new DOMException("the session has ended", "AbortError")),
        // A database that does not answer now does not end the answer.
        () => undefined,
      );
    },
  };
}
