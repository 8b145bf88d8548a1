import { systemCause } from "../../journal/cause.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";
import type { AccountsFailure } from "../failures.ts";
import { MAX_COMPANIES } from "../login/memberships.ts";
import { generatePassword } from "../login/passwords.ts";
import { insertCompany } from "./first-run.ts";

/** A company to be made; its CNPJs upper case, without mask, verified. */
export interface NewCompany {
  readonly name: string;
  readonly cnpjs: readonly string[];
  readonly environment: "production" | "homologation";
  /** Lower case. */
  readonly adminEmail: string;
}

/** `generatedPassword`: of an administrator who is new in the installation, shown once; null: the person existed. */
export interface AddedCompany {
  readonly id: number;
  readonly generatedPassword: string | null;
}

/** Another process may take the numbers, or make the person, between the look and the batch. */
const TRIES = 5;

/**
 * Makes a company and its first administrator: for the operator, who has the machine and its database, so an existing person is
 * a member at once. The company begins with the settings of a first one. Fails with `user.too_many_companies`.
 */
export async function addCompany(
  ports: Pick<Ports, "reader" | "writer" | "passwords" | "clock">,
  given: NewCompany,
): Promise<AddedCompany> {
  const { name, cnpjs, environment, adminEmail } = given;
  const password = generatePassword();
  const hash = await ports.passwords.hash(password);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const now = ports.clock.now();
    const [known] = await ports.reader.rows({
      sql: `select (select id from users where email = ?1) as person, (select max(id) from users) as last_person,
        (select max(id) from companies) as last, (select count(*) from memberships
          where user_id = (select id from users where email = ?1)) as belongs`,
      args: [adminEmail],
    });
    if (Number(known?.belongs) >= MAX_COMPANIES)
      throw new Failed<AccountsFailure>({ code: "user.too_many_companies", limit: MAX_COMPANIES });
    const company = Number(known?.last ?? 0) + 1;
    const person = known?.person == null ? null : Number(known.person);
    const id = person ?? Number(known?.last_person ?? 0) + 1;
    const free = {
      sql: "select 1 where not exists (select 1 from companies where id = ?1) and (select id from users where email = ?2) is ?3",
      args: [company, adminEmail, person],
    };
    const won = {
      sql: "select 1 from memberships where company = ?1 and user_id = ?2 and created_at = ?3",
      args: [company, id, now],
    };
    const made = await ports.writer.commit({
      statements: [
        insertCompany({ id: company, name, cnpjs, environment }, now, free),
        administrator(company, id, person === null ? { adminEmail, hash } : null, now),
        bumpTags(company, ["accounts", "settings", "users"], won),
        audit(
          systemCause(company, "sge company add"),
          now,
          {
            action: "company.create",
            entity: "company",
            id: String(company),
            detail: { environment, cnpjs: cnpjs.length, administrator: id },
          },
          won,
        ),
      ],
      read: ([rows]) => rows?.length === 1,
    });
    if (made) return { id: company, generatedPassword: person === null ? password : null };
  }
  throw new Error("other processes made companies at the same moment");
}

/** The person with the membership that a trigger makes of it, or the membership of a person who exists. */
function administrator(
  company: number,
  id: number,
  person: { readonly adminEmail: string; readonly hash: string } | null,
  now: number,
): Statement {
  const isNew = "exists (select 1 from companies where id = ?1 and created_at = ?3)";
  if (person === null)
    return {
      sql: `insert into memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
        select ?1, ?2, 'ADMIN', 1, ?3, ?3, ?3 where ${isNew}`,
      args: [company, id, now],
    };
  return {
    sql: `insert into users (company, id, name, email, password_hash, role, active, token_version, created_at, updated_at)
      select ?1, ?2, null, ?4, ?5, 'ADMIN', 1, 1, ?3, ?3 where ${isNew}
        and not exists (select 1 from users where id = ?2 or email = ?4)`,
    args: [company, id, now, person.adminEmail, person.hash],
  };
}

/** A company of the installation, for its operator. */
export interface ListedCompany {
  readonly id: number;
  readonly name: string;
  readonly cnpjs: readonly string[];
  readonly environment: string;
  /** Active users. */
  readonly users: number;
}

/** Companies whose number is above `after`, by number; at most `limit`. */
export async function listCompanies(
  { reader }: Pick<Ports, "reader">,
  after: number,
  limit: number,
): Promise<ListedCompany[]> {
  const rows = await reader.rows({
    sql: `select id, name, cnpjs, environment,
        (select count(*) from memberships where company = c.id and active = 1) as users
      from companies c where id > ?1 order by id limit ?2`,
    args: [after, limit],
  });
  return rows.map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    cnpjs: JSON.parse(String(row.cnpjs)),
    environment: String(row.environment),
    users: Number(row.users),
  }));
}
