import { and, eq } from "drizzle-orm";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";
import type { Role } from "../roles.ts";
import { companies, memberships } from "../tables.ts";

/** Most companies that a person can belong to. */
export const MAX_COMPANIES = 200;
/** Most memberships of a company, also those that are not active. */
export const MAX_MEMBERSHIPS = 500;

/** A company that a person belongs to, and the person's role in it. */
export interface OwnCompany {
  readonly id: number;
  readonly name: string;
  readonly cnpjs: readonly string[];
  readonly role: Role;
  /** Of the membership; a token has the sum of this and of the person's own. */
  readonly tokenVersion: number;
}

/** The companies in which a person's membership is active, the one chosen last first; at most MAX_COMPANIES. */
export async function companiesOf(
  { read }: Pick<Ports, "read">,
  userId: number,
): Promise<OwnCompany[]> {
  const own = await read
    .select({
      id: companies.id,
      name: companies.name,
      cnpjs: companies.cnpjs,
      role: memberships.role,
      tokenVersion: memberships.tokenVersion,
      lastUsedAt: memberships.lastUsedAt,
    })
    .from(memberships)
    .innerJoin(companies, eq(companies.id, memberships.company))
    .where(and(eq(memberships.userId, userId), eq(memberships.active, true)))
    .limit(MAX_COMPANIES);
  return own.toSorted((a, b) => b.lastUsedAt - a.lastUsedAt || a.id - b.id);
}

const NAMES = new Intl.Collator("pt-BR");

/** Companies by name, as a person looks for one. */
export const inOrder = (own: readonly OwnCompany[]): OwnCompany[] =>
  own.toSorted((a, b) => NAMES.compare(a.name, b.name) || a.id - b.id);

/** Statement: the person's next login is for this company. Returns a row where the membership is active. */
export const choose = (company: number, userId: number, nowMs: number): Statement => ({
  sql: `update memberships set last_used_at = max(?3, last_used_at + 1)
    where company = ?1 and user_id = ?2 and active = 1 returning user_id`,
  args: [company, userId, nowMs],
});
