import { versionsFrom, versionsSql } from "../../journal/versions.ts";
import { trusted } from "../../lib/cast.ts";
import { sha256 } from "../../lib/hash.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Actor, Authenticated } from "../actor.ts";
import { authCache } from "../auth-cache.ts";
import type { AccountsFailure } from "../failures.ts";
import { homeOf, homeSql, versionsOfPeople } from "../home.ts";
import { type KeyRole, type Role, roleOfKey } from "../roles.ts";
import { isWellFormedKey } from "./api-key.ts";

type AuthPorts = Pick<Ports, "config" | "reader" | "clock"> & Partial<Pick<Ports, "homes">>;

/**
 * The user for whom an API key acts. The first request looks the key up by its SHA-256; then it is cached until it expires or
 * the company's `accounts` version rises, as tokens are. A key works while the user who made it is active, and never has more
 * rights than that user has at this moment (`roleOfKey`). Fails with `auth.invalid_token`.
 */
export async function authenticateKey(ports: AuthPorts, key: string): Promise<Authenticated> {
  if (!isWellFormedKey(key)) throw refused("malformed");
  const known = authCache(ports).keys.get(key);
  if (known === undefined) return admit(ports, key);
  mustBeValid(known.expiresAt, ports.clock.now());
  const seen = await versionsOfPeople(ports, known.actor.company);
  if (seen.versions.accounts === known.accountsVersion) return { actor: known.actor, ...seen };
  return admit(ports, key);
}

/** Reads key and versions in one statement: what is cached was true at the version under which it is cached. */
async function admit(ports: AuthPorts, key: string): Promise<Authenticated> {
  const { keys } = authCache(ports);
  const [row] = await ports.reader.rows({
    sql: `select k.company, k.id, k.role, k.created_by, k.expires_at, m.role as maker, ${versionsSql("k.company")} as versions${homeSql(ports, "k.company")}
      from api_keys k join memberships m on m.company = k.company and m.user_id = k.created_by and m.active = 1
      where k.hash = ?1 and k.revoked_at is null`,
    args: [await sha256(key)],
  });
  if (row === undefined) {
    keys.delete(key);
    throw refused("revoked");
  }
  const expiresAt = row.expires_at === null ? null : Number(row.expires_at);
  mustBeValid(expiresAt, ports.clock.now());
  // A CHECK of each table holds its column to its roles.
  const role = roleOfKey(trusted<KeyRole>(row.role), trusted<Role>(row.maker));
  if (role === null) {
    keys.delete(key);
    throw refused("revoked");
  }
  const versions = versionsFrom(row.versions);
  const actor: Actor = {
    company: Number(row.company),
    userId: Number(row.created_by),
    role,
    keyId: String(row.id),
  };
  keys.set(key, { actor, expiresAt, accountsVersion: versions.accounts });
  return { actor, versions, ...homeOf(ports, row) };
}

function mustBeValid(expiresAt: number | null, nowMs: number): void {
  if (expiresAt !== null && expiresAt <= nowMs) throw refused("expired");
}

const refused = (why: "malformed" | "expired" | "revoked") =>
  new Failed<AccountsFailure>({ code: "auth.invalid_token", why });
