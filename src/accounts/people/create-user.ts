import { audit, bumpTags } from "../../journal/record.ts";
import { Failed, orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { mustBePerson, type UserCause } from "../actor.ts";
import type { AccountsFailure } from "../failures.ts";
import { MAX_COMPANIES, MAX_MEMBERSHIPS } from "../login/memberships.ts";
import { checkPassword } from "../login/passwords.ts";
import type { Role } from "../roles.ts";
import { type Invite, makeInvite } from "./invite.ts";
import { type CompanyUser, userOf } from "./users.ts";

/** A user to be made. Without a password the person is invited, and chooses it with the link. */
export interface NewUser {
  readonly name: string | null;
  /** Lower case. */
  readonly email: string;
  readonly password: string | null;
  readonly role: Role;
}

type UserPorts = Pick<Ports, "read" | "reader" | "writer" | "passwords" | "clock">;

/**
 * Makes a user of the actor's company, and the person where the e-mail is new in the installation. A person of another company
 * keeps name and password and becomes a user by accepting the invitation, whatever was given here (ADR 0025); the answer is the
 * same as for a new person who is invited. `invite` is only in the answer, its hash is stored. Fails with `user.exists`,
 * `user.too_many`, `user.too_many_companies`, `auth.weak_password`, `auth.forbidden`; `overloaded` where others took each id first.
 */
export async function createUser(
  ports: UserPorts,
  given: NewUser,
  cause: UserCause,
): Promise<{ user: CompanyUser; invite: Invite | null }> {
  mustBePerson(cause.actor);
  const { company } = cause.actor;
  const { password, email } = given;
  // The hash of a random text, which is not kept, stands for a password that is still to be chosen.
  const secret =
    password === null ? crypto.randomUUID() : orFail(checkPassword(password, given.email));
  // Also where the person exists and it is not used: the time of the answer would tell that another company knows the e-mail.
  const hash = await ports.passwords.hash(secret);
  // Another request may take the id, or make the person, between the look and the batch.
  return optimistic(async () => {
    const now = ports.clock.now();
    const { invite, hash: inviteHash } = await makeInvite(now);
    const [known] = await ports.reader.rows({
      sql: `select (select id from users where email = ?1) as id, (select max(id) from users) as last`,
      args: [email],
    });
    const person = known?.id == null ? null : Number(known.id);
    const id = person ?? Number(known?.last ?? 0) + 1;
    const isInvited = person !== null || password === null;
    const stored = { hash: inviteHash, expiresAt: invite.expiresAt };
    const statements =
      person === null
        ? newPerson({ ...given, company, id, hash }, isInvited ? stored : null, now)
        : [newMembership({ company, id, role: given.role }, stored, now)];
    const won = {
      sql: `select 1 from memberships m join users u on u.id = m.user_id
        where m.company = ?1 and m.user_id = ?2 and (m.invite_hash = ?3 or u.password_hash = ?4)`,
      args: [company, id, inviteHash, hash],
    };
    const detail = { role: given.role, invited: isInvited };
    const done = await ports.writer.commit({
      statements: [
        ...statements,
        bumpTags(company, ["accounts"], won),
        audit(cause, now, { action: "user.create", entity: "user", id: String(id), detail }, won),
        won,
      ],
      read: (rows) => rows.at(-1)?.length === 1,
    });
    if (done) return { user: await userOf(ports, company, id), invite: isInvited ? invite : null };
    await refuse(ports, company, email);
    return CHANGED;
  });
}

interface StoredInvite {
  readonly hash: string;
  readonly expiresAt: number;
}

const ROOM = `(select count(*) from memberships where company = ?1) < ${MAX_MEMBERSHIPS}`;

/** The person; a trigger makes the membership from it. */
function newPerson(
  person: NewUser & { readonly company: number; readonly id: number; readonly hash: string },
  invite: StoredInvite | null,
  now: number,
): Statement[] {
  const { company, id, name, email, hash, role } = person;
  const pending = Number(invite !== null);
  return [
    {
      sql: `insert into users (company, id, name, email, password_hash, role, active, password_pending, token_version,
          created_at, updated_at)
        select ?1, ?2, ?3, ?4, ?5, ?6, 1 - ?7, ?7, 1, ?8, ?8
        where not exists (select 1 from users where id = ?2 or email = ?4) and ${ROOM}`,
      args: [company, id, name, email, hash, role, pending, now],
    },
    {
      sql: `update memberships set invite_hash = ?3, invite_expires_at = ?4 where company = ?1 and user_id = ?2
        and accepted_at is null and exists (select 1 from users where id = ?2 and password_hash = ?5)`,
      args: [company, id, invite?.hash ?? null, invite?.expiresAt ?? null, hash],
    },
  ];
}

function newMembership(
  { company, id, role }: { readonly company: number; readonly id: number; readonly role: Role },
  invite: StoredInvite,
  now: number,
): Statement {
  return {
    sql: `insert into memberships (company, user_id, role, active, invite_hash, invite_expires_at, created_at, updated_at)
      select ?1, ?2, ?3, 0, ?4, ?5, ?6, ?6
      where not exists (select 1 from memberships where company = ?1 and user_id = ?2) and ${ROOM}
        and (select count(*) from memberships where user_id = ?2) < ${MAX_COMPANIES}`,
    args: [company, id, role, invite.hash, invite.expiresAt, now],
  };
}

/** Why a batch wrote nothing; returns where the next try may. */
async function refuse(
  { reader }: Pick<Ports, "reader">,
  company: number,
  email: string,
): Promise<void> {
  const [row] = await reader.rows({
    sql: `select (select count(*) from memberships where company = ?1) as members, count(*) as companies,
        coalesce(max(company = ?1), 0) as known
      from memberships where user_id = (select id from users where email = ?2)`,
    args: [company, email],
  });
  const fail = (failure: AccountsFailure) => {
    throw new Failed<AccountsFailure>(failure);
  };
  if (Number(row?.known) === 1) fail({ code: "user.exists" });
  if (Number(row?.members) >= MAX_MEMBERSHIPS)
    fail({ code: "user.too_many", limit: MAX_MEMBERSHIPS });
  if (Number(row?.companies) >= MAX_COMPANIES)
    fail({ code: "user.too_many_companies", limit: MAX_COMPANIES });
}
