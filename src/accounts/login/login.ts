import { asc, eq, type InferSelectModel } from "drizzle-orm";
import { audit } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { PasswordHasher } from "../../ports/passwords.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Statement } from "../../ports/sql.ts";
import { authCache } from "../auth-cache.ts";
import type { AccountsFailure } from "../failures.ts";
import type { Role } from "../roles.ts";
import { companies, users } from "../tables.ts";
import { issueToken, type TokenUser } from "../token.ts";
import { accountTag } from "./account-tag.ts";
import { rememberNetwork } from "./known-networks.ts";
import { networkOf, takeLoginAttempt } from "./login-limits.ts";
import { choose, companiesOf, inOrder, type OwnCompany } from "./memberships.ts";

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

/** A token of one company, its user, and every company that the user may choose. */
export interface Session {
  readonly token: string;
  readonly user: SignedIn;
  readonly companies: readonly OwnCompany[];
}

/** What a person types. Without a company: the one chosen last, or the first. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly company?: number | undefined;
}

type UserRow = InferSelectModel<typeof users>;
export type LoginPorts = Pick<
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

/** Who has signed in, before a token is made. */
export interface SigningIn extends Omit<Session, "token"> {
  readonly tokenUser: TokenUser;
  /** Milliseconds UTC. */
  readonly at: number;
}

/** A token of 24 h for an e-mail and a password. Fails as `signIn`. */
export async function login(
  ports: LoginPorts,
  given: Credentials,
  request: { readonly requestId: string; readonly peer: string | null },
): Promise<Session> {
  const { tokenUser, at, ...session } = await signIn(ports, given, request);
  return { ...session, token: await issueToken(authCache(ports).secret, tokenUser, at) };
}

/**
 * Checks an e-mail and a password: for the company that is given, or the one that the person chose last, or the
 * first. An unknown address, a wrong password and an inactive user cost the same
 * work and get the same answer; each attempt within the limit writes an audit line before the answer (S9).
 * Fails with `auth.invalid_credentials`, `company.not_found` (the person does not belong to it), `rate_limited`, and as hashing and writing do: without the audit line no token.
 */
export async function signIn(
  ports: LoginPorts,
  given: Credentials,
  request: { readonly requestId: string; readonly peer: string | null },
): Promise<SigningIn> {
  const email = given.email.trim().toLowerCase();
  await takeLoginAttempt(ports, email, request);
  const dummyHash = await dummyHashOf(ports.passwords);
  const [user] = await ports.read.select().from(users).where(eq(users.email, email));
  const matches = await ports.passwords.verify(given.password, user?.passwordHash ?? dummyHash);
  const belongs = user !== undefined && matches ? await companiesOf(ports, user.id) : [];
  const chosen =
    given.company === undefined ? belongs[0] : belongs.find(({ id }) => id === given.company);
  if (user === undefined || chosen === undefined) {
    const why =
      user === undefined ? "unknown" : !matches ? "password" : belongs[0] ? "company" : "inactive";
    await recordFailure(ports, email, user, why, request);
    throw new Failed<AccountsFailure>(
      why === "company" ? { code: "company.not_found" } : { code: "auth.invalid_credentials" },
    );
  }

  const now = ports.clock.now();
  const statements: Statement[] = [
    audit({ ...request, actor: { company: chosen.id, userId: user.id } }, now, {
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
  if (chosen.id !== belongs[0]?.id) statements.push(choose(chosen.id, user.id, now));
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
  const { role } = chosen;
  const tokenVersion = user.tokenVersion + chosen.tokenVersion;
  return {
    tokenUser: { ...user, company: chosen.id, role, tokenVersion },
    at: now,
    user: { ...user, role, active: true },
    companies: inOrder(belongs),
  };
}

/**
 * One line in the log (peer, reason, a tag for the account) and one in the audit. For an unknown address the audit line is of
 * the oldest company, the operator's own, and holds only the tag: it shows repeated attempts, and no text that was typed.
 */
async function recordFailure(
  ports: LoginPorts,
  email: string,
  user: UserRow | undefined,
  why: string,
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
