import { asc, eq, type InferSelectModel } from "drizzle-orm";
import { audit } from "../journal/record.ts";
import { Failed } from "../lib/result.ts";
import type { PasswordHasher } from "../ports/passwords.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements, type Statement } from "../ports/sql.ts";
import { accountTag } from "./account-tag.ts";
import { authCache } from "./auth-cache.ts";
import type { AccountsFailure } from "./failures.ts";
import { rememberNetwork } from "./known-networks.ts";
import { networkOf, takeLoginAttempt } from "./login-limits.ts";
import type { Role } from "./roles.ts";
import { companies, users } from "./tables.ts";
import { issueToken } from "./token.ts";

/** A user as the API shows one. */
export interface SignedIn {
  readonly id: number;
  readonly name: string | null;
  readonly email: string;
  readonly role: Role;
  readonly active: boolean;
  /** Milliseconds UTC. */
  readonly createdAt: number;
}

type UserRow = InferSelectModel<typeof users>;
type LoginPorts = Pick<
  Ports,
  | "config"
  | "read"
  | "reader"
  | "writer"
  | "passwords"
  | "limits"
  | "clock"
  | "removeFirstPassword"
  | "log"
>;

/**
 * A token of 24 h for an e-mail and a password. An unknown address, a wrong password and an inactive user cost the same
 * work and get the same answer; each attempt within the limit writes an audit line before the answer (S9).
 * Fails with `auth.invalid_credentials`, `rate_limited`, and as hashing and writing do: without the audit line no token.
 */
export async function login(
  ports: LoginPorts,
  given: { readonly email: string; readonly password: string },
  request: { readonly requestId: string; readonly peer: string | null },
): Promise<{ token: string; user: SignedIn }> {
  const email = given.email.trim().toLowerCase();
  await takeLoginAttempt(ports, email, request);
  const dummyHash = await dummyHashOf(ports.passwords);
  const [user] = await ports.read.select().from(users).where(eq(users.email, email));
  const matches = await ports.passwords.verify(given.password, user?.passwordHash ?? dummyHash);
  const why =
    user === undefined ? "unknown" : !matches ? "password" : !user.active ? "inactive" : null;
  if (user === undefined || why !== null) {
    await recordFailure(ports, email, user, why, request);
    throw new Failed<AccountsFailure>({ code: "auth.invalid_credentials" });
  }

  const now = ports.clock.now();
  const statements: Statement[] = [
    audit({ ...request, actor: { company: user.company, userId: user.id } }, now, {
      action: "login",
      entity: "user",
      id: String(user.id),
      detail: {},
    }),
  ];
  if (user.passwordGenerated)
    // Only the password that was used: one that a start has generated meanwhile is still to be shown.
    statements.push({
      sql: `update users set password_generated = 0
        where company = ?1 and id = ?2 and password_generated = 1 and password_hash = ?3 returning id`,
      args: [user.company, user.id, user.passwordHash],
    });
  if (request.peer !== null)
    statements.push(...rememberNetwork(user, networkOf(request.peer), now));
  if (parametersOf(user.passwordHash) !== parametersOf(dummyHash))
    statements.push({
      sql: `update users set password_hash = ?3, updated_at = ?4
        where company = ?1 and id = ?2 and password_hash = ?5`,
      args: [
        user.company,
        user.id,
        await ports.passwords.hash(given.password),
        now,
        user.passwordHash,
      ],
    });
  const used = await ports.writer.commit({
    statements,
    read: (rows) => user.passwordGenerated && rows[1]?.length === 1,
  });
  if (used) await ports.removeFirstPassword?.();
  return { token: await issueToken(authCache(ports).secret, user, now), user };
}

/**
 * One line in the log (peer, reason, a tag for the account) and one in the audit. For an unknown address the audit line is of
 * the oldest company, the operator's own, and holds only the tag: it shows repeated attempts, and no text that was typed.
 */
async function recordFailure(
  ports: LoginPorts,
  email: string,
  user: UserRow | undefined,
  why: string | null,
  request: { readonly requestId: string; readonly peer: string | null },
): Promise<void> {
  const account = await accountTag(authCache(ports).secret, email);
  const { requestId: request_id, peer } = request;
  ports.log("warn", "login.failed", { why, account, peer, request_id });
  const [oldest] = await ports.read
    .select({ id: companies.id })
    .from(companies)
    .orderBy(asc(companies.id))
    .limit(1);
  const company = user?.company ?? oldest?.id;
  if (company === undefined) return;
  const line = audit({ ...request, actor: { company, userId: null } }, ports.clock.now(), {
    action: "login.failed",
    entity: "user",
    id: user === undefined ? null : String(user.id),
    detail: user === undefined ? { why, account } : { why },
  });
  await commitStatements(ports.writer, [line]);
}

const dummyHashes = new WeakMap<PasswordHasher, string>();

/** A hash of the current cost that matches no password, for unknown addresses. Made at the first login. */
async function dummyHashOf(passwords: PasswordHasher): Promise<string> {
  const known = dummyHashes.get(passwords);
  if (known !== undefined) return known;
  const made = await passwords.hash(crypto.randomUUID());
  dummyHashes.set(passwords, made);
  return made;
}

/** The parameters in `$alg$params$salt$hash`: when they are outdated, the next login hashes the password again. */
const parametersOf = (hash: string): string => hash.split("$", 3).join("$");
