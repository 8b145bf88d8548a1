import { systemCause } from "../../journal/cause.ts";
import { audit } from "../../journal/record.ts";
import { orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { checkPassword, generatePassword } from "../login/passwords.ts";
import type { FirstAccess } from "./first-run.ts";

type RenewalPorts = Pick<Ports, "config" | "reader" | "writer" | "passwords" | "clock">;

/** Processes that start at the same moment also renew it. */
const TRIES = 5;

/**
 * Renews the generated password of the first administrator until it has been used for a login: it may have been lost before
 * it was read. ADMIN_PASSWORD, where it is set by now, replaces it. Null: the password was used or was never generated. Fails with `auth.weak_password` when ADMIN_PASSWORD is.
 */
export async function renewFirstPassword(ports: RenewalPorts): Promise<FirstAccess | null> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const user = await waitingUser(ports);
    if (user === undefined) return null;
    const renewed = await replaced(ports, user);
    if (renewed !== null) return renewed;
  }
  return null;
}

/**
 * Whether `password` is still the one for the first login. To be asked after it was shown: another process that started at
 * the same moment may have replaced it.
 */
export async function isFirstPassword(
  ports: Pick<Ports, "reader" | "passwords">,
  password: string,
): Promise<boolean> {
  const user = await waitingUser(ports);
  return user !== undefined && ports.passwords.verify(password, String(user.password_hash));
}

async function waitingUser({ reader }: Pick<Ports, "reader">): Promise<Row | undefined> {
  const [user] = await reader.rows({
    sql: `select id, company, email, password_hash from users u where password_generated = 1
      and exists (select 1 from memberships where user_id = u.id and active = 1) order by id limit 1`,
    args: [],
  });
  return user;
}

/** Null where another process has renewed it, or the user has used it, since it was read. */
async function replaced(ports: RenewalPorts, user: Row): Promise<FirstAccess | null> {
  const adminEmail = String(user.email);
  const given = ports.config.ADMIN_PASSWORD;
  const password = given ?? generatePassword();
  const hash = await ports.passwords.hash(orFail(checkPassword(password, adminEmail)));
  const [company, id, now] = [Number(user.company), Number(user.id), ports.clock.now()];
  const won = await ports.writer.commit({
    statements: [
      {
        sql: `update users set password_hash = ?3, password_generated = ?4, updated_at = ?5
          where company = ?1 and id = ?2 and password_hash = ?6 and password_generated = 1 returning id`,
        args: [company, id, hash, Number(given === undefined), now, user.password_hash ?? null],
      },
      audit(
        systemCause(company, "start"),
        now,
        {
          action: "password.renew",
          entity: "user",
          id: String(id),
          detail: { generated: given === undefined },
        },
        {
          sql: "select 1 from users where company = ?1 and id = ?2 and password_hash = ?3",
          args: [company, id, hash],
        },
      ),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!won) return null;
  return { adminEmail, generatedPassword: given === undefined ? password : null, made: false };
}
