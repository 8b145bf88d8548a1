import { audit, bumpTags } from "../../journal/record.ts";
import { parameters } from "../../lib/parameters.ts";
import { Failed, orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { mustBePerson, type UserCause } from "../actor.ts";
import type { AccountsFailure } from "../failures.ts";
import { checkPassword } from "../login/passwords.ts";
import type { Role } from "../roles.ts";
import { type CompanyUser, userOf } from "./users.ts";

/** A change of a user; an absent member stays as it is. The e-mail in lower case; `name` null: none. */
export interface UserChange {
  readonly name?: string | null | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly role?: Role | undefined;
  readonly active?: boolean | undefined;
}

type UserPorts = Pick<Ports, "read" | "reader" | "writer" | "passwords" | "clock">;

/** What a change comes to beside the user that was read. */
interface Difference {
  readonly name: string | null | undefined;
  readonly email: string | undefined;
  readonly hash: string | undefined;
  readonly role: Role;
  readonly active: boolean;
  /** The membership, or the invitation to it, is to end; one who has not accepted is inactive without that. */
  readonly ends: boolean;
}

/**
 * Changes a user of the actor's company. Another role, a password and the end of the membership end the tokens that were issued
 * before. Name, e-mail and password are the person's: changed here only while the person belongs to no other company (ADR 0025).
 * What makes no difference writes nothing. Two administrators who deactivate each other at once: the second is refused.
 * Fails with `user.not_found`, `user.last_admin`, `user.not_accepted`, `user.shared`, `user.exists` (the e-mail is another
 * person's), `auth.weak_password`, `auth.forbidden`; `overloaded` where others change the user each time first.
 */
export async function changeUser(
  ports: UserPorts,
  id: number,
  change: UserChange,
  cause: UserCause,
  action: "user.update" | "user.deactivate" = "user.update",
): Promise<CompanyUser> {
  mustBePerson(cause.actor);
  const { company } = cause.actor;
  // Another request may change the user between the look and the batch.
  return optimistic(async () => {
    const user = await userOf(ports, company, id);
    const next = await differenceOf(ports, user, change);
    const { name, email, hash, role, active } = next;
    const isPersonal = name !== undefined || email !== undefined || hash !== undefined;
    if (active && !user.active && !user.isAccepted && hash === undefined)
      throw new Failed<AccountsFailure>({ code: "user.not_accepted" });
    const endsInvitation = next.ends && !user.isAccepted && user.invitedUntil !== null;
    if (!isPersonal && role === user.role && active === user.active && !endsInvitation) return user;
    const now = ports.clock.now();
    const guard = guardOf(company, user, next, isPersonal);
    const detail = {
      ...(role === user.role ? {} : { role: { from: user.role, to: role } }),
      ...(active === user.active ? {} : { active }),
      changed: Object.entries({ name, email, password: hash }).flatMap(([member, value]) =>
        value === undefined ? [] : [member],
      ),
    };
    const done = await ports.writer.commit({
      statements: [
        audit(cause, now, { action, entity: "user", id: String(id), detail }, guard),
        bumpTags(company, name === undefined ? ["accounts"] : ["accounts", "users"], guard),
        ...(isPersonal ? [personUpdate(id, next, now, guard)] : []),
        membershipUpdate(company, user, next, now, guard),
      ],
      read: (rows) => rows.at(-1)?.length === 1,
    });
    if (done) return userOf(ports, company, id);
    await refuse(ports, company, user, next, isPersonal);
    return CHANGED;
  });
}

/** Ends a membership: the user stays in the list, inactive. Idempotent. Fails as `changeUser` does. */
export const deactivateUser = (ports: UserPorts, id: number, cause: UserCause) =>
  changeUser(ports, id, { active: false }, cause, "user.deactivate");

async function differenceOf(
  ports: UserPorts,
  user: CompanyUser,
  change: UserChange,
): Promise<Difference> {
  const email = change.email === user.email ? undefined : change.email;
  const hash =
    change.password === undefined
      ? undefined
      : await ports.passwords.hash(orFail(checkPassword(change.password, email ?? user.email)));
  return {
    name: change.name === user.name ? undefined : change.name,
    email,
    hash,
    role: change.role ?? user.role,
    // An administrator who sets the first password of an invited person has made the user.
    active: change.active ?? (user.active || (!user.isAccepted && hash !== undefined)),
    ends: change.active === false,
  };
}

/** Whether the change takes an administrator from the company. */
const takesAdmin = (user: CompanyUser, { role, active }: Difference): boolean =>
  user.active && user.role === "ADMIN" && (role !== "ADMIN" || !active);

const OTHER_ADMIN =
  "select 1 from memberships where company = ?1 and user_id <> ?2 and role = 'ADMIN' and active = 1";
const OTHER_COMPANY = "select 1 from memberships where user_id = ?2 and company <> ?1";

/** Selects a row while the membership is as it was read, and nothing stands against the change. */
function guardOf(company: number, user: CompanyUser, next: Difference, isPersonal: boolean): Guard {
  const { args, add } = parameters<Value>([company, user.id, user.role, Number(user.active)]);
  const conditions = [
    `company = ?1 and user_id = ?2 and role = ?3 and active = ?4 and (accepted_at is not null) = ${add(Number(user.isAccepted))}`,
  ];
  if (takesAdmin(user, next)) conditions.push(`exists (${OTHER_ADMIN})`);
  if (isPersonal) conditions.push(`not exists (${OTHER_COMPANY})`);
  if (next.email !== undefined)
    conditions.push(
      `not exists (select 1 from users where email = ${add(next.email)} and id <> ?2)`,
    );
  return { sql: `select 1 from memberships where ${conditions.join(" and ")}`, args };
}

function personUpdate(
  id: number,
  { name, email, hash }: Difference,
  now: number,
  guard: Guard,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const sets = [`updated_at = ${add(now)}`];
  if (name !== undefined) sets.push(`name = ${add(name)}`);
  if (email !== undefined) sets.push(`email = ${add(email)}`);
  if (hash !== undefined)
    sets.push(
      `password_hash = ${add(hash)}, password_generated = 0, password_pending = 0, token_version = token_version + 1`,
    );
  return {
    sql: `update users set ${sets.join(", ")} where id = ${add(id)} and exists (${guard.sql})`,
    args,
  };
}

/** Last in the batch: the guards of the others see the membership as it was. */
function membershipUpdate(
  company: number,
  user: CompanyUser,
  { role, active, hash, ends }: Difference,
  now: number,
  guard: Guard,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const endsTokens = role !== user.role || active !== user.active;
  // A link that was given out before is not valid after a password or the end of the membership.
  const endsLink = hash !== undefined || ends;
  return {
    sql: `update memberships set role = ${add(role)}, active = ${add(Number(active))},
        token_version = token_version + ${add(Number(endsTokens))}, updated_at = ${add(now)}
        ${active ? `, accepted_at = coalesce(accepted_at, ${add(now)})` : ""}
        ${endsLink ? ", invite_hash = null, invite_expires_at = null" : ""}
      where company = ${add(company)} and user_id = ${add(user.id)} and exists (${guard.sql}) returning user_id`,
    args,
  };
}

/** Why the batch wrote nothing; returns where the user has changed meanwhile, and the next try may succeed. */
async function refuse(
  { reader }: Pick<Ports, "reader">,
  company: number,
  user: CompanyUser,
  next: Difference,
  isPersonal: boolean,
): Promise<void> {
  const [row] = await reader.rows({
    sql: `select exists (${OTHER_COMPANY}) as shared, exists (${OTHER_ADMIN}) as admins,
      exists (select 1 from users where email = ?3 and id <> ?2) as taken`,
    args: [company, user.id, next.email ?? null],
  });
  const fail = (code: "user.shared" | "user.exists" | "user.last_admin") => {
    throw new Failed<AccountsFailure>({ code });
  };
  if (isPersonal && row?.shared === 1) fail("user.shared");
  if (row?.taken === 1) fail("user.exists");
  if (takesAdmin(user, next) && row?.admins !== 1) fail("user.last_admin");
}
