import type { Cause } from "../journal/cause.ts";
import type { TagVersions } from "../journal/versions.ts";
import type { Holder } from "../lib/quota.ts";
import { Failed } from "../lib/result.ts";
import type { AccountsFailure } from "./failures.ts";
import type { KeyRole, Role } from "./roles.ts";
import type { Claims } from "./token.ts";

/** Who acts in a request: one user of one company, or an API key in the name of one. */
export interface Actor {
  readonly company: number;
  readonly userId: number;
  readonly role: KeyRole;
  /** Present where an API key stands for the user who made it; the role is the lesser of the two. */
  readonly keyId?: string;
  /** Present where a browser's session reads another company of its person: the company that is open in it. */
  readonly openCompany?: number;
}

/**
 * The holder of a quota: the user, or the API key. A program with a key of its own does not use up the quota of the user who
 * made it. Who reads other companies uses up the quota of the one that is open, and not one in each.
 */
export const holderOf = ({ company, userId, keyId, openCompany }: Actor): Holder => ({
  company,
  person:
    keyId === undefined ? `user:${openCompany ?? company}:${userId}` : `key:${company}:${keyId}`,
});

/**
 * For what an API key must not do: a key makes no key and no user and sets no password, so that a leaked one ends when it is
 * revoked. Fails with `auth.forbidden`.
 */
export function mustBePerson({ keyId, role }: Actor): void {
  if (keyId !== undefined)
    throw new Failed<AccountsFailure>({ code: "auth.forbidden", permission: "self", role });
}

/** The role of a person, or of a key with a person's role. Fails with `auth.forbidden` for an agent's key. */
export function roleOfPerson({ role }: Actor): Role {
  if (role !== "AGENTE") return role;
  throw new Failed<AccountsFailure>({ code: "auth.forbidden", permission: "read", role });
}

export interface Authenticated {
  readonly actor: Actor;
  /** All cache versions of the company, read for this request: `settingsOf` and cached reads need no statement of their own. */
  readonly versions: TagVersions;
  /** What the token says, where it is that of a browser's session. */
  readonly claims?: Claims;
  /** Where companies live in several databases: the name of this one's, null for the first. */
  readonly home?: string | null;
}

/** A request of a user, or of an API key in the name of one, as the cause of a write. */
export type UserCause = Cause<Actor>;
