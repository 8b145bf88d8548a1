import type { Context } from "hono";
import type { Authenticated } from "../../accounts/actor.ts";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { inNamedCompany } from "../../accounts/login/named-company.ts";
import type { Claims } from "../../accounts/token.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { readsNamedCompany } from "./permissions.ts";

/**
 * Who acts where the request names a company (`?company=`) that is not the actor's: the person there, for this one read. Null
 * where none is named, or the actor's own. `claims`: of the cookie's session; a token and an API key are of one company. A
 * name on a route that does not read it is refused, so that no client takes the open company's answer for another's. Fails with `company.own_only`, `company.not_found`.
 */
export async function namedCompany(
  c: Context<Env>,
  claims: Claims | undefined,
): Promise<Authenticated | null> {
  const [named, ...more] = c.req.queries("company") ?? [];
  if (named === undefined || (more.length === 0 && named === String(c.var.actor.company)))
    return null;
  const reads = readsNamedCompany(c);
  // What is no number, or are two, the route's own schema (CompanyNamed) refuses.
  if (reads && (more.length > 0 || !/^\d+$/.test(named))) return null;
  if (claims === undefined || !reads)
    throw new Failed<AccountsFailure>({ code: "company.own_only" });
  // Another spelling of a number names no company.
  if (!/^[1-9]\d{0,14}$/.test(named))
    throw new Failed<AccountsFailure>({ code: "company.not_found" });
  return inNamedCompany(c.var.ports, claims, Number(named));
}
