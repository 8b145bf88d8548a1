import { versionsFrom, versionsSql } from "../../journal/versions.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed, orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Actor, Authenticated } from "../actor.ts";
import { authCache } from "../auth-cache.ts";
import type { AccountsFailure } from "../failures.ts";
import { homeOf, homeSql, ofPeople, versionsOfPeople } from "../home.ts";
import { looksLikeKey } from "../keys/api-key.ts";
import { authenticateKey } from "../keys/authenticate-key.ts";
import type { Role } from "../roles.ts";
import { type Claims, checkTimes, verifyToken } from "../token.ts";

/**
 * The user of a token or an API key, and the company's cache versions as of now, both of the database of the people. Fails with `auth.invalid_token`.
 */
export function authenticate(ports: AuthPorts, bearer: string): Promise<Authenticated> {
  const people = ofPeople(ports);
  return looksLikeKey(bearer) ? authenticateKey(people, bearer) : authenticateToken(people, bearer);
}

type AuthPorts = Pick<Ports, "config" | "reader" | "clock"> & Partial<Pick<Ports, "homes">>;

/**
 * The first request with a token verifies its signature and reads the membership: active, role and token version are taken from the
 * database, never from the token. Then the token is cached until it expires or the company's `accounts` version rises. The
 * versions are read for every request, so what another process has revoked is refused here at once.
 */
async function authenticateToken(ports: AuthPorts, token: string): Promise<Authenticated> {
  const { secret, tokens } = authCache(ports);
  const now = ports.clock.now();
  const known = tokens.get(token);
  if (known === undefined)
    return admit(ports, token, orFail(await verifyToken(secret, token, now)));
  const times = checkTimes(known.claims, now);
  if (!times.ok) {
    tokens.delete(token);
    throw new Failed(times.error);
  }
  const { home, versions } = await versionsOfPeople(ports, known.actor.company);
  if (versions.accounts === known.accountsVersion)
    return authenticated(known.actor, versions, known.claims, home);
  return admit(ports, token, known.claims);
}

/** Reads membership and versions in one statement: what is cached was true at the version under which it is cached. */
async function admit(ports: AuthPorts, token: string, claims: Claims): Promise<Authenticated> {
  const { tokens } = authCache(ports);
  const [user] = await ports.reader.rows({
    sql: `select m.role, ${versionsSql("m.company")} as versions${homeSql(ports, "m.company")} from memberships m join users u on u.id = m.user_id
      where m.company = ?2 and m.user_id = ?1 and m.active = 1 and u.token_version + m.token_version = ?3
        and json_extract(u.ended_sessions, '$."' || ?4 || '"') is null`,
    args: [claims.user_id, claims.company, claims.token_version, claims.session ?? null],
  });
  if (user === undefined) {
    tokens.delete(token);
    throw new Failed<AccountsFailure>({ code: "auth.invalid_token", why: "revoked" });
  }
  const versions = versionsFrom(user.versions);
  // A CHECK of the migration holds the column to the four roles.
  const role = trusted<Role>(user.role);
  const actor: Actor = { company: claims.company, userId: claims.user_id, role };
  tokens.set(token, { claims, actor, accountsVersion: versions.accounts });
  return authenticated(actor, versions, claims, homeOf(ports, user).home);
}

const authenticated = (
  actor: Actor,
  versions: Authenticated["versions"],
  claims: Claims,
  home: string | null | undefined,
): Authenticated => ({
  actor,
  versions,
  ...(claims.session === undefined ? {} : { claims }),
  ...(home === undefined ? {} : { home }),
});
