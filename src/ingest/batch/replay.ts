import type { UserCause } from "../../accounts/actor.ts";
import type { JobFailure } from "../../journal/failures.ts";
import { audit } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { endBatch } from "./end-batch.ts";
import { itemMessages } from "./item-messages.ts";

/** Parked items. The audit line and the update have the same guard: of two concurrent replays only the first is audited. */
const PARKED = "company = ?1 and job = ?2 and state <> 'done' and state = 'parked'";

/**
 * Sends the parked documents of a batch again; returns how many. Results that exist stay.
 * Fails with `job.nothing_parked`, also when another replay came first.
 */
export async function replayBatch(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  job: string,
  cause: UserCause,
): Promise<number> {
  const { company } = cause.actor;
  const parked = await ports.reader.rows({
    sql: `select position from job_items where ${PARKED} order by position`,
    args: [company, job],
  });
  if (parked.length === 0) throw new Failed<JobFailure>({ code: "job.nothing_parked", id: job });
  const at = ports.clock.now();
  const positions = parked.map(({ position }) => Number(position));
  const sending = ports.queue.send(itemMessages({ company, job }, positions));
  const statements = [
    audit(
      cause,
      at,
      { action: "job.replay", entity: "job", id: job, detail: {}, countedAs: "documents" },
      { sql: `select 1 from job_items where ${PARKED}`, args: [company, job] },
    ),
    {
      sql: `update job_items set state = 'received', reason = null, updated_at = ?3 where ${PARKED} returning position`,
      args: [company, job, at],
    },
    {
      sql: `update jobs set state = 'running', finished_at = null, updated_at = ?3
        where company = ?1 and id = ?2
          and exists (select 1 from job_items where company = ?1 and job = ?2 and state <> 'done' and state = 'received')`,
      args: [company, job, at],
    },
    ...sending.statements,
    ...endBatch(company, job, at),
  ];
  const replayed = await ports.writer.commit({
    statements,
    read: ([, positions]) => positions?.length ?? 0,
  });
  if (replayed === 0) throw new Failed<JobFailure>({ code: "job.nothing_parked", id: job });
  await sending.afterCommit();
  return replayed;
}
