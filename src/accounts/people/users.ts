import { and, asc, eq } from "drizzle-orm";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { AccountsFailure } from "../failures.ts";
import { MAX_MEMBERSHIPS } from "../login/memberships.ts";
import type { Role } from "../roles.ts";
import { memberships, users } from "../tables.ts";

/** A user as the administrators of a company see one; instants are milliseconds UTC. */
export interface CompanyUser {
  readonly id: number;
  readonly email: string;
  /** Null also while an invitation is not accepted: another company has written the name. */
  readonly name: string | null;
  readonly role: Role;
  readonly active: boolean;
  readonly isAccepted: boolean;
  /** Of the membership: that of the person would tell that another company knew the e-mail before. */
  readonly createdAt: number;
  /** Until when the link of the invitation is valid; null: there is none. */
  readonly invitedUntil: number | null;
}

const select = ({ read }: Pick<Ports, "read">) =>
  read
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      role: memberships.role,
      active: memberships.active,
      acceptedAt: memberships.acceptedAt,
      createdAt: memberships.createdAt,
      invitedUntil: memberships.inviteExpiresAt,
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId));

type Selected = Awaited<ReturnType<typeof select>>[number];

const userFrom = ({ acceptedAt, ...row }: Selected): CompanyUser => ({
  ...row,
  name: acceptedAt === null ? null : row.name,
  isAccepted: acceptedAt !== null,
});

/** Every user of a company, also the inactive ones, the oldest first; at most MAX_MEMBERSHIPS. */
export async function listUsers(
  ports: Pick<Ports, "read">,
  company: number,
): Promise<CompanyUser[]> {
  const rows = await select(ports)
    .where(eq(memberships.company, company))
    .orderBy(asc(memberships.userId))
    .limit(MAX_MEMBERSHIPS);
  return rows.map(userFrom);
}

/** One user of a company. Fails with `user.not_found`, also for a person who belongs only to another company. */
export async function userOf(
  ports: Pick<Ports, "read">,
  company: number,
  id: number,
): Promise<CompanyUser> {
  const [row] = await select(ports).where(
    and(eq(memberships.company, company), eq(memberships.userId, id)),
  );
  if (row === undefined) throw new Failed<AccountsFailure>({ code: "user.not_found" });
  return userFrom(row);
}
