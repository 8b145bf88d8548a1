import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { mustBePerson, type UserCause } from "../actor.ts";
import type { AccountsFailure } from "../failures.ts";
import type { Role } from "../roles.ts";
import type { BrowserSession } from "../token.ts";
import { tokenFor } from "./browser-session.ts";
import { choose } from "./memberships.ts";

/**
 * A token for another company of the actor's user, which is also where the user's next login begins. The token of the request
 * stays valid; the new one is of `session`, where the request came from one. The audit line is of the company that is entered. Fails with `company.not_found` (there is none, or no active
 * membership in it), `auth.forbidden` (an API key is of one company).
 */
export async function switchCompany(
  ports: Pick<Ports, "config" | "reader" | "writer" | "clock">,
  company: number,
  cause: UserCause,
  session?: BrowserSession,
): Promise<{ token: string }> {
  mustBePerson(cause.actor);
  const { userId } = cause.actor;
  const now = ports.clock.now();
  const row = await ports.writer.commit({
    statements: [
      choose(company, userId, now),
      audit(
        { ...cause, actor: { company, userId } },
        now,
        {
          action: "session.company",
          entity: "company",
          id: String(company),
          detail: { from: cause.actor.company },
        },
        {
          sql: "select 1 from memberships where company = ?1 and user_id = ?2 and active = 1",
          args: [company, userId],
        },
      ),
      {
        sql: `select u.email, m.role, u.token_version + m.token_version as token_version
          from memberships m join users u on u.id = m.user_id
          where m.company = ?1 and m.user_id = ?2 and m.active = 1`,
        args: [company, userId],
      },
    ],
    read: (rows) => rows[2]?.[0],
  });
  if (row === undefined) throw new Failed<AccountsFailure>({ code: "company.not_found" });
  const user = {
    id: userId,
    company,
    email: String(row.email),
    // A CHECK holds the column to the four roles.
    role: trusted<Role>(row.role),
    tokenVersion: Number(row.token_version),
  };
  return { token: await tokenFor(ports, user, session, now) };
}
