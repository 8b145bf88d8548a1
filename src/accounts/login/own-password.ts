import { and, eq } from "drizzle-orm";
import { audit, bumpTags } from "../../journal/record.ts";
import { Failed, orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { roleOfPerson, type UserCause } from "../actor.ts";
import type { AccountsFailure } from "../failures.ts";
import { memberships, users } from "../tables.ts";
import type { BrowserSession } from "../token.ts";
import { tokenFor } from "./browser-session.ts";
import { forgetNetworks } from "./known-networks.ts";
import { networkOf, takeLoginAttempt } from "./login-limits.ts";
import { checkPassword } from "./passwords.ts";

/**
 * Changes the actor's own password and returns the only valid token; all older ones, of every company of the person, are revoked.
 * It is of `session`, where the request came from one.
 * The current password counts as a login attempt against the same limit, so that a stolen token cannot be used to guess it.
 * Of two concurrent changes one succeeds; the session of the other is revoked.
 * Fails with `auth.wrong_password`, `auth.weak_password`, `rate_limited`, `auth.invalid_token`.
 */
export async function changeOwnPassword(
  ports: Pick<
    Ports,
    "config" | "read" | "reader" | "writer" | "passwords" | "limits" | "clock" | "log"
  >,
  given: { readonly current: string; readonly next: string },
  cause: UserCause,
  session?: BrowserSession,
): Promise<{ token: string }> {
  const { company, userId } = cause.actor;
  const revoked = new Failed<AccountsFailure>({ code: "auth.invalid_token", why: "revoked" });
  const [found] = await ports.read
    .select({ user: users, membership: memberships })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(
      and(
        eq(memberships.company, company),
        eq(memberships.userId, userId),
        eq(memberships.active, true),
      ),
    );
  const user = found?.user;
  if (user === undefined) throw revoked;
  await takeLoginAttempt(ports, user.email, cause);
  if (!(await ports.passwords.verify(given.current, user.passwordHash))) {
    const { requestId: request_id, peer } = cause;
    ports.log("warn", "password.failed", { user: userId, company, peer, request_id });
    throw new Failed<AccountsFailure>({ code: "auth.wrong_password" });
  }
  const hash = await ports.passwords.hash(orFail(checkPassword(given.next, user.email)));

  const now = ports.clock.now();
  // The salt makes the new hash unique: where the row has it, this batch has written it.
  const won = {
    sql: "select 1 from users where id = ?1 and password_hash = ?2",
    args: [userId, hash],
  };
  const tokenVersion = await ports.writer.commit({
    statements: [
      {
        sql: `update users set password_hash = ?3, password_generated = 0, token_version = token_version + 1, updated_at = ?4
          where id = ?2 and password_hash = ?5 and token_version = ?6
            and exists (select 1 from memberships where company = ?1 and user_id = ?2 and active = 1)
          returning token_version
            + (select token_version from memberships where company = ?1 and user_id = ?2) as token_version`,
        args: [company, userId, hash, now, user.passwordHash, user.tokenVersion],
      },
      forgetNetworks(user.company, userId, cause.peer === null ? null : networkOf(cause.peer), won),
      bumpTags(company, ["accounts"], won),
      audit(
        cause,
        now,
        { action: "password.change", entity: "user", id: String(userId), detail: {} },
        won,
      ),
    ],
    read: ([updated]) => updated?.[0]?.token_version,
  });
  if (tokenVersion === undefined) throw revoked;
  const token = await tokenFor(
    ports,
    { ...user, company, role: roleOfPerson(cause.actor), tokenVersion: Number(tokenVersion) },
    session,
    now,
  );
  return { token };
}
