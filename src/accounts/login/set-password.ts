import { systemCause } from "../../journal/cause.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { forgetNetworks } from "./known-networks.ts";
import { checkPassword } from "./passwords.ts";

/** The result of setting a password; `keys`: how many API keys of the user are still valid. */
export type PasswordSet =
  | { readonly outcome: "set"; readonly keys: number }
  | { readonly outcome: "unknown" }
  | { readonly outcome: "inactive" };

/** Whether an e-mail address is of an active user, of an inactive one, or unknown. */
export async function userState(
  { reader }: Pick<Ports, "reader">,
  email: string,
): Promise<"active" | "inactive" | "unknown"> {
  const user = await userAt(reader, email);
  if (user === undefined) return "unknown";
  return user.active === 1 ? "active" : "inactive";
}

async function userAt(reader: Ports["reader"], email: string): Promise<Row | undefined> {
  const [user] = await reader.rows({
    sql: `select id, company, email, exists (select 1 from memberships where user_id = u.id and active = 1) as active
      from users u where email = ?1`,
    args: [email.trim().toLowerCase()],
  });
  return user;
}

/**
 * Sets a user's password without the old one: for the operator, who has the machine, its environment and its database.
 * All tokens of the user are revoked and the known networks removed; the audit line has no user.
 * An unknown address changes nothing. Fails with `auth.weak_password`.
 */
export async function setPassword(
  ports: Pick<Ports, "reader" | "writer" | "passwords" | "clock">,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<PasswordSet> {
  const user = await userAt(ports.reader, email);
  if (user === undefined) return { outcome: "unknown" };
  if (user.active !== 1) return { outcome: "inactive" };
  const hash = await ports.passwords.hash(orFail(checkPassword(password, String(user.email))));
  const [company, id, now] = [Number(user.company), Number(user.id), ports.clock.now()];
  // The salt makes the hash unique: where the row has it, this batch has written it.
  const won = {
    sql: "select 1 from users where company = ?1 and id = ?2 and password_hash = ?3",
    args: [company, id, hash],
  };
  const keys = await ports.writer.commit({
    statements: [
      {
        sql: `update users set password_hash = ?3, password_generated = 0, token_version = token_version + 1, updated_at = ?4
          where company = ?1 and id = ?2 and exists (select 1 from memberships where user_id = ?2 and active = 1)
          returning (select count(*) from api_keys
            where created_by = ?2 and revoked_at is null and coalesce(expires_at, ?4 + 1) > ?4) as keys`,
        args: [company, id, hash, now],
      },
      forgetNetworks(company, id, null, won),
      bumpTags(company, ["accounts"], won),
      audit(
        systemCause(company, "sge password"),
        now,
        { action: "password.set", entity: "user", id: String(id), detail: {} },
        won,
      ),
    ],
    read: ([rows]) => rows?.[0]?.keys,
  });
  return keys === undefined ? { outcome: "inactive" } : { outcome: "set", keys: Number(keys) };
}
