import { systemCause } from "../../journal/cause.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { parameters } from "../../lib/parameters.ts";
import { orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import { checkPassword, generatePassword } from "../login/passwords.ts";
import { cnpjsOf } from "./ignored-settings.ts";

/** Default of a new company. */
const OVERRIDABLE_AT_FIRST = ["no_protocol", "unknown_operation"];
const TIME_ZONE = "America/Sao_Paulo";

/** The statement that inserts a company with the first settings where `condition` selects a row; it returns its id. */
export const insertCompany = (
  given: {
    readonly id: number;
    readonly name: string;
    readonly cnpjs: readonly string[];
    readonly environment: string;
  },
  nowMs: number,
  condition: Guard,
): Statement => {
  const { args, add } = parameters<Value>(condition.args);
  const id = add(given.id);
  const now = add(nowMs);
  return {
    sql: `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
        require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
      select ${id}, ${add(given.name)}, ${add(JSON.stringify(given.cnpjs))}, ${add(given.environment)}, ${add(TIME_ZONE)}, 0,
        ${add(JSON.stringify(OVERRIDABLE_AT_FIRST))}, 0, 0, 1, 1, ${now}, ${now}
      where exists (${condition.sql}) returning id`,
    args,
  };
};

/** The first administrator, and the password that was generated for it: null where ADMIN_PASSWORD gave one. */
export interface FirstAccess {
  readonly adminEmail: string;
  readonly generatedPassword: string | null;
  /** Whether the company was created with it; false: the company existed. */
  readonly made: boolean;
}

/**
 * Creates company 1 from COMPANY_* and its first ADMIN from ADMIN_EMAIL and ADMIN_PASSWORD, when there is no company yet.
 * Without ADMIN_PASSWORD one is generated: the caller shows it, only its hash is stored, there is no default password (S4).
 * Returns null when a company exists, also one created by another process at the same moment.
 * Fails with `auth.weak_password` when ADMIN_PASSWORD is.
 */
export async function firstRun(
  ports: Pick<Ports, "config" | "reader" | "writer" | "passwords" | "clock">,
): Promise<FirstAccess | null> {
  const some = await ports.reader.rows({ sql: "select 1 from companies limit 1", args: [] });
  if (some.length > 0) return null;

  const { config } = ports;
  const adminEmail = config.ADMIN_EMAIL.toLowerCase();
  const generatedPassword = config.ADMIN_PASSWORD === undefined ? generatePassword() : null;
  const password = orFail(
    checkPassword(config.ADMIN_PASSWORD ?? generatedPassword ?? "", adminEmail),
  );
  const hash = await ports.passwords.hash(password);
  const now = ports.clock.now();
  const cnpjs = cnpjsOf(config);
  const won = { sql: "select 1 from users where password_hash = ?1", args: [hash] };

  const created = await ports.writer.commit({
    statements: [
      insertCompany(
        { id: 1, name: config.COMPANY_NAME, cnpjs, environment: config.COMPANY_ENVIRONMENT },
        now,
        { sql: "select 1 where not exists (select 1 from companies)", args: [] },
      ),
      {
        sql: `insert into users (company, name, email, password_hash, role, active, token_version, created_at, updated_at,
            password_generated)
          select 1, 'Administrador', ?1, ?2, 'ADMIN', 1, 1, ?3, ?3, ?4 where not exists (select 1 from users)`,
        args: [adminEmail, hash, now, Number(generatedPassword !== null)],
      },
      bumpTags(1, ["accounts", "settings", "users"], won),
      audit(
        systemCause(1, "first-run"),
        now,
        {
          action: "company.create",
          entity: "company",
          id: "1",
          detail: { environment: config.COMPANY_ENVIRONMENT, cnpjs: cnpjs.length },
        },
        won,
      ),
    ],
    read: ([company]) => company?.length === 1,
  });
  return created ? { adminEmail, generatedPassword, made: true } : null;
}
