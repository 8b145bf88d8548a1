import type { UserCause } from "../../accounts/actor.ts";
import { appendEvents, audit } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { findCount } from "./counts.ts";
import type { CountFailure } from "./failures.ts";

/**
 * Cancels an open count: nothing moves, and its lines stay as they are. Twice is once; gives whether this call did it.
 * Fails with `count.not_found`, `count.not_open` (closed, or being closed).
 */
export async function cancelCount(
  ports: Ports,
  id: string,
  { reason, cause, signal }: { reason: string; cause: UserCause; signal?: AbortSignal },
): Promise<boolean> {
  const { company, userId } = cause.actor;
  return optimistic(async () => {
    const at = ports.clock.now();
    const token = newId();
    const guard = {
      sql: "select 1 from stock_counts where company = ?1 and id = ?2 and slice = ?3",
      args: [company, id, token],
    };
    const statements = [
      {
        sql: `update stock_counts set state = 'cancelled', slice = ?3, reason = ?4, ended_by = ?5, ended_at = ?6
          where company = ?1 and id = ?2 and state = 'open' returning id`,
        args: [company, id, token, reason, userId, at],
      },
      appendEvents(company, at, [{ type: "count.cancelled", payload: { count_id: id } }], guard),
      audit(cause, at, { action: "count.cancel", entity: "count", id, detail: { reason } }, guard),
    ];
    const read = ([rows]: readonly Row[][]) => (rows?.length ?? 0) > 0;
    if (await ports.writer.commit({ statements, read }, signal)) return true;
    const count = await findCount(ports, company, id, signal);
    if (count.state === "cancelled") return false;
    if (count.state === "open") return CHANGED;
    throw new Failed<CountFailure>({ code: "count.not_open", id, state: count.state });
  });
}
