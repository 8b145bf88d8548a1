import { audit, bumpTags } from "../../journal/record.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import type { UserCause } from "../actor.ts";

/**
 * Revokes every token of the actor's user, on every device and for every company, from the next request on and in every process.
 * The user's token version rises, and a trigger raises the accounts version of each of the user's companies.
 */
export async function logout(
  ports: Pick<Ports, "writer" | "clock">,
  cause: UserCause,
): Promise<void> {
  const { company, userId } = cause.actor;
  const now = ports.clock.now();
  await commitStatements(ports.writer, [
    {
      sql: `update users set token_version = token_version + 1, updated_at = ?2
          where id = ?1`,
      args: [userId, now],
    },
    bumpTags(company, ["accounts"]),
    audit(cause, now, { action: "logout", entity: "user", id: String(userId), detail: {} }),
  ]);
}
