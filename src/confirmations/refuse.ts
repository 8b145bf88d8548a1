import type { UserCause } from "../accounts/actor.ts";
import { appendEvents, audit } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { ConfirmationFailure } from "./failures.ts";
import { findConfirmation, stateOf } from "./list.ts";

/** A person refuses what a key asks for: it can no longer be confirmed. Fails with `confirmation.not_found`, `confirmation.ended`. */
export async function refuseConfirmation(
  ports: Pick<Ports, "read" | "writer" | "clock">,
  id: string,
  cause: UserCause,
): Promise<void> {
  const { company, userId } = cause.actor;
  const found = await findConfirmation(ports, company, id);
  const at = ports.clock.now();
  const claim = newId();
  const done = {
    sql: "select 1 from confirmations where company = ?1 and id = ?2 and state = 'refused' and claim = ?3",
    args: [company, id, claim],
  };
  const refused = await ports.writer.commit({
    statements: [
      {
        sql: `update confirmations set state = 'refused', claim = ?3, ended_at = ?4, ended_by = ?5
          where company = ?1 and id = ?2 and state = 'waiting' and expires_at > ?4 returning id`,
        args: [company, id, claim, at, userId],
      },
      audit(
        cause,
        at,
        {
          action: "confirmation.refuse",
          entity: "confirmation",
          id,
          detail: {
            tool: found.tool,
            asked_by_user: found.askedByUser,
            asked_by_key: found.askedByKey,
          },
        },
        done,
      ),
      appendEvents(
        company,
        at,
        [{ type: "confirmation.ended", payload: { confirmation_id: id, outcome: "refused" } }],
        done,
      ),
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (refused) return;
  const now = stateOf(await findConfirmation(ports, company, id), at);
  throw new Failed<ConfirmationFailure>({
    code: "confirmation.ended",
    state: now === "waiting" ? "expired" : now,
  });
}
