import { trusted } from "../lib/cast.ts";
import { sha256 } from "../lib/hash.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { Actor, Authenticated } from "./actor.ts";
import { isWellFormedKey } from "./api-key.ts";
import { authCache } from "./auth-cache.ts";
import type { AccountsFailure } from "./failures.ts";
import { lesserRole, type Role } from "./roles.ts";
import { versionsOf } from "./versions.ts";

/**
 * Who bears this API key: looked up by its SHA-256 on first sight, then remembered until it expires or the company's
 * accounts change, as tokens are. It acts as long as the user who made it is active, and never as more than that user may
 * at this moment. Fails with `auth.invalid_token`.
 */
export async function authenticateKey(
  ports: Pick<Ports, "config" | "reader" | "clock">,
  key: string,
): Promise<Authenticated> {
  if (!isWellFormedKey(key)) throw refused("malformed");
  const known = authCache(ports).keys.get(key);
  if (known === undefined) return admit(ports, key);
  mustBeValid(known.expiresAt, ports.clock.now());
  const versions = await versionsOf(ports, known.actor.company);
  if (versions.accounts === known.accountsVersion)
    return { actor: known.actor, settingsVersion: versions.settings };
  return admit(ports, key);
}

/** Key and versions in one statement: what is remembered was true at the version it is remembered for. */
async function admit(
  ports: Pick<Ports, "config" | "reader" | "clock">,
  key: string,
): Promise<Authenticated> {
  const { keys } = authCache(ports);
  const [row] = await ports.reader.rows({
    sql: `select k.company, k.id, k.role, k.created_by, k.expires_at, u.role as maker,
        (select version from cache_versions v where v.company = k.company and tag = 'accounts') as accounts,
        (select version from cache_versions v where v.company = k.company and tag = 'settings') as settings
      from api_keys k join users u on u.id = k.created_by and u.company = k.company and u.active = 1
      where k.hash = ?1 and k.revoked_at is null`,
    args: [await sha256(key)],
  });
  if (row === undefined) {
    keys.delete(key);
    throw refused("revoked");
  }
  const expiresAt = row.expires_at === null ? null : Number(row.expires_at);
  mustBeValid(expiresAt, ports.clock.now());
  const actor: Actor = {
    company: Number(row.company),
    userId: Number(row.created_by),
    // A CHECK of each table holds its column to the four roles.
    role: lesserRole(trusted<Role>(row.role), trusted<Role>(row.maker)),
    keyId: String(row.id),
  };
  keys.set(key, { actor, expiresAt, accountsVersion: Number(row.accounts ?? 0) });
  return { actor, settingsVersion: Number(row.settings ?? 0) };
}

function mustBeValid(expiresAt: number | null, nowMs: number): void {
  if (expiresAt !== null && expiresAt <= nowMs) throw refused("expired");
}

const refused = (why: "malformed" | "expired" | "revoked") =>
  new Failed<AccountsFailure>({ code: "auth.invalid_token", why });
