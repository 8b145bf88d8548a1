import { RESEND_AFTER_MS } from "../../journal/one-message-jobs.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import { itemMessages } from "./item-messages.ts";

/** Items that one run sends again. */
const MOST = 500;

/**
 * Sends the messages of items that may have lost theirs: a queue outside of the database gets its messages after the commit,
 * and the process may stop in between. A message that is still in the queue is not duplicated. Returns how many were sent.
 */
export async function resendItems(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  company: number,
): Promise<number> {
  const now = ports.clock.now();
  const stale = await ports.reader.rows({
    sql: `select i.job, i.position from job_items i
      where i.company = ?1 and i.state <> 'done' and i.state = 'received' and i.updated_at < ?2
        and not exists (select 1 from jobs j where j.company = ?1 and j.id = i.job and j.blob is not null)
        and not exists (select 1 from job_items p where p.company = ?1 and p.job = i.job and p.state <> 'done'
          and p.state = 'received' and p.follower = i.position)
      limit ${MOST}`,
    args: [company, now - RESEND_AFTER_MS],
  });
  if (stale.length === 0) return 0;
  const items = stale.map(({ job, position }) => ({
    job: String(job),
    position: Number(position),
  }));
  const sending = ports.queue.send(
    items.flatMap(({ job, position }) => itemMessages({ company, job }, [position])),
  );
  await commitStatements(ports.writer, [
    ...sending.statements,
    {
      sql: `update job_items set updated_at = ?3 where company = ?1 and (job, position) in (
          select value ->> 'job', value ->> 'position' from json_each(?2)) and state <> 'done'`,
      args: [company, JSON.stringify(items), now],
    },
  ]);
  await sending.afterCommit();
  return items.length;
}
