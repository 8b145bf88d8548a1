import { audit, bumpTags } from "../../journal/record.ts";
import { sha256 } from "../../lib/hash.ts";
import { Failed, orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Row, Statement } from "../../ports/sql.ts";
import { mustBePerson, type UserCause } from "../actor.ts";
import type { AccountsFailure } from "../failures.ts";
import { forgetNetworks } from "../login/known-networks.ts";
import { takeLoginAttempt } from "../login/login-limits.ts";
import { checkPassword } from "../login/passwords.ts";
import { type Invite, makeInvite } from "./invite.ts";
import { userOf } from "./users.ts";

const ALONE = "not exists (select 1 from memberships where user_id = ?2 and company <> ?1)";

/**
 * A new link for a user of the actor's company; an earlier one ends. An invited person accepts with it; a person of this company
 * alone chooses a new password with it. Fails with `user.not_found`, `user.inactive`, `user.shared` (a link in the hands of an
 * administrator would open the other company), `auth.forbidden`.
 */
export async function renewInvite(
  ports: Pick<Ports, "read" | "writer" | "clock">,
  id: number,
  cause: UserCause,
): Promise<Invite> {
  mustBePerson(cause.actor);
  const { company } = cause.actor;
  const user = await userOf(ports, company, id);
  if (user.isAccepted && !user.active) throw new Failed<AccountsFailure>({ code: "user.inactive" });
  const now = ports.clock.now();
  const { invite, hash } = await makeInvite(now);
  const won = {
    sql: "select 1 from memberships where company = ?1 and user_id = ?2 and invite_hash = ?3",
    args: [company, id, hash],
  };
  const done = await ports.writer.commit({
    statements: [
      {
        sql: `update memberships set invite_hash = ?3, invite_expires_at = ?4, updated_at = ?5
          where company = ?1 and user_id = ?2 and (accepted_at is null or (active = 1 and ${ALONE}))
          returning user_id`,
        args: [company, id, hash, invite.expiresAt, now],
      },
      audit(cause, now, { action: "user.invite", entity: "user", id: String(id), detail: {} }, won),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!done) throw new Failed<AccountsFailure>({ code: "user.shared" });
  return invite;
}

/** Whose link was used, and for which company. */
export interface Accepted {
  readonly email: string;
  readonly company: { readonly id: number; readonly name: string };
}

type AcceptPorts = Pick<
  Ports,
  "config" | "reader" | "writer" | "passwords" | "limits" | "clock" | "log"
>;

/**
 * Uses a link once. `password` is the new one of a person who has none, or who belongs to this company alone; a person of another
 * company gives the password that is in use there, which shows that the link has reached that person (ADR 0025).
 * Fails with `invite.not_found`, `auth.weak_password`, `auth.wrong_password` (the link stays valid), `rate_limited`.
 */
export async function acceptInvite(
  ports: AcceptPorts,
  { token, password }: { readonly token: string; readonly password: string },
  request: { readonly requestId: string; readonly peer: string | null },
): Promise<Accepted> {
  const link = await sha256(token);
  const now = ports.clock.now();
  const [row] = await ports.reader.rows({
    sql: `select m.company, m.user_id, m.accepted_at, c.name as company_name, u.email, u.password_hash, u.company as home,
        (u.password_pending = 1 or not exists (
          select 1 from memberships o where o.user_id = m.user_id and o.company <> m.company)) as chooses
      from memberships m join users u on u.id = m.user_id join companies c on c.id = m.company
      where m.invite_hash = ?1 and m.invite_expires_at > ?2 and (m.accepted_at is null or m.active = 1)`,
    args: [link, now],
  });
  if (row === undefined) throw gone();
  const chooses = row.chooses === 1;
  const email = String(row.email);
  const company = Number(row.company);
  const userId = Number(row.user_id);
  const hash = chooses
    ? await ports.passwords.hash(orFail(checkPassword(password, email)))
    : await proven(ports, row, password, request);
  const cause = { ...request, actor: { company, userId } };
  const action = row.accepted_at === null ? "user.accept" : "password.link";
  const won: Guard = {
    sql: `select 1 from memberships m join users u on u.id = m.user_id
      where m.invite_hash = ?1 and m.invite_expires_at > ?2 and u.password_hash = ?3`,
    args: [link, now, hash],
  };
  const done = await ports.writer.commit({
    statements: [
      ...(chooses
        ? [
            choosePassword(row, link, hash, now),
            forgetNetworks(Number(row.home), userId, null, won),
          ]
        : []),
      audit(cause, now, { action, entity: "user", id: String(userId), detail: {} }, won),
      bumpTags(company, ["accounts"], won),
      {
        sql: `update memberships set active = 1, accepted_at = coalesce(accepted_at, ?4), invite_hash = null,
            invite_expires_at = null, updated_at = ?4
          where invite_hash = ?1 and (accepted_at is null or active = 1) and exists (${won.sql}) returning user_id`,
        args: [...won.args, now],
      },
    ],
    read: (rows) => rows.at(-1)?.length === 1,
  });
  if (!done) throw gone();
  return { email, company: { id: company, name: String(row.company_name) } };
}

/** The stored hash, where `password` is the person's. A guess counts as an attempt to log in, and is a line of the log. */
async function proven(
  ports: AcceptPorts,
  row: Row,
  password: string,
  request: { readonly requestId: string; readonly peer: string | null },
): Promise<string> {
  await takeLoginAttempt(ports, String(row.email), request);
  const hash = String(row.password_hash);
  if (!(await ports.passwords.verify(password, hash))) {
    const { requestId: request_id, peer } = request;
    const [user, company] = [Number(row.user_id), Number(row.company)];
    ports.log("warn", "password.failed", { user, company, peer, request_id });
    throw new Failed<AccountsFailure>({ code: "auth.wrong_password" });
  }
  return hash;
}

const choosePassword = (row: Row, link: string, hash: string, now: number): Statement => ({
  sql: `update users set password_hash = ?3, password_generated = 0, password_pending = 0, token_version = token_version + 1,
      updated_at = ?4
    where id = ?2 and password_hash = ?5 and (password_pending = 1 or ${ALONE})
      and exists (select 1 from memberships where company = ?1 and user_id = ?2 and invite_hash = ?6
        and invite_expires_at > ?4 and (accepted_at is null or active = 1))`,
  args: [row.company ?? null, row.user_id ?? null, hash, now, row.password_hash ?? null, link],
});

const gone = () => new Failed<AccountsFailure>({ code: "invite.not_found" });
