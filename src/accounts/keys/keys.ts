import { and, desc, eq, isNull } from "drizzle-orm";
import { audit, bumpTags } from "../../journal/record.ts";
import { sha256 } from "../../lib/hash.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { mustBePerson, roleOfPerson, type UserCause } from "../actor.ts";
import type { AccountsFailure } from "../failures.ts";
import { type KeyRole, roleOfKey } from "../roles.ts";
import { apiKeys, memberships } from "../tables.ts";
import { makeKey } from "./api-key.ts";

/** An API key as its administrators see it; instants are milliseconds UTC. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  /** The role it has at this moment (`roleOfKey`). Null: its maker is inactive, or may no longer what it may; it is refused. */
  readonly effectiveRole: KeyRole | null;
  readonly createdAt: number;
  readonly createdBy: number;
  readonly expiresAt: number | null;
  /** To the hour; null: never. */
  readonly lastUsedAt: number | null;
}

export interface KeyRequest {
  readonly name: string;
  readonly role: KeyRole;
  /** Milliseconds UTC; null: until it is revoked. */
  readonly expiresAt: number | null;
}

/** Keys of one company that are not revoked; expired ones count until they are. */
export const MAX_KEYS = 100;

/**
 * Creates a key that acts in the name of the user who makes it, with a role of its own that never exceeds that user's.
 * `key` is only in the response; its SHA-256 is stored (256 random bits need no slow hash).
 * Fails with `auth.forbidden` (a key makes no key, so that a leaked one ends when it is revoked), `key.too_many`,
 * `key.expiry_past`.
 */
export async function createKey(
  ports: Pick<Ports, "writer" | "clock">,
  request: KeyRequest,
  cause: UserCause,
): Promise<{ key: string; made: Key }> {
  const { actor } = cause;
  const now = ports.clock.now();
  mustBePerson(actor);
  if (request.expiresAt !== null && request.expiresAt <= now)
    throw new Failed<AccountsFailure>({ code: "key.expiry_past" });
  const { id, key } = makeKey();
  const { name, role, expiresAt } = request;
  const won = {
    sql: "select 1 from api_keys where company = ?1 and id = ?2",
    args: [actor.company, id],
  };
  const created = await ports.writer.commit({
    statements: [
      {
        sql: `insert into api_keys (company, id, name, hash, role, expires_at, created_by, created_at)
          select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
          where (select count(*) from api_keys where company = ?1 and revoked_at is null) < ?9
          returning id`,
        args: [
          actor.company,
          id,
          name,
          await sha256(key),
          role,
          expiresAt,
          actor.userId,
          now,
          MAX_KEYS,
        ],
      },
      audit(
        cause,
        now,
        { action: "key.create", entity: "api_key", id, detail: { role, expires_at: expiresAt } },
        won,
      ),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!created) throw new Failed<AccountsFailure>({ code: "key.too_many", limit: MAX_KEYS });
  const made = { id, name, role, expiresAt, createdAt: now, createdBy: actor.userId };
  return {
    key,
    made: { ...made, effectiveRole: roleOfKey(role, roleOfPerson(actor)), lastUsedAt: null },
  };
}

/** The company's keys that are not revoked, newest first: at most MAX_KEYS. */
export async function listKeys(ports: Pick<Ports, "read">, company: number): Promise<Key[]> {
  const rows = await ports.read
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      role: apiKeys.role,
      createdAt: apiKeys.createdAt,
      createdBy: apiKeys.createdBy,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      maker: memberships.role,
    })
    .from(apiKeys)
    .leftJoin(
      memberships,
      and(
        eq(memberships.company, apiKeys.company),
        eq(memberships.userId, apiKeys.createdBy),
        eq(memberships.active, true),
      ),
    )
    .where(and(eq(apiKeys.company, company), isNull(apiKeys.revokedAt)))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .limit(MAX_KEYS);
  return rows.map(({ maker, ...key }) => ({
    ...key,
    effectiveRole: maker === null ? null : roleOfKey(key.role, maker),
  }));
}

/**
 * Revokes a key: it is refused from the next request on, in every process. Idempotent, with one audit line.
 * Fails with `key.not_found`, also for another company's.
 */
export async function revokeKey(
  ports: Pick<Ports, "writer" | "clock">,
  id: string,
  cause: UserCause,
): Promise<void> {
  const { company } = cause.actor;
  const now = ports.clock.now();
  const won = {
    sql: "select 1 from api_keys where company = ?1 and id = ?2 and revoked_at = ?3",
    args: [company, id, now],
  };
  const known = await ports.writer.commit({
    statements: [
      {
        sql: `update api_keys set revoked_at = ?3 where company = ?1 and id = ?2 and revoked_at is null`,
        args: [company, id, now],
      },
      bumpTags(company, ["accounts"], won),
      audit(cause, now, { action: "key.revoke", entity: "api_key", id, detail: {} }, won),
      { sql: "select 1 from api_keys where company = ?1 and id = ?2", args: [company, id] },
    ],
    read: (rows) => rows.at(-1)?.length === 1,
  });
  if (!known) throw new Failed<AccountsFailure>({ code: "key.not_found" });
}
