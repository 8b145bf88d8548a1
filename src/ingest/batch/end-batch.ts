import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { JOB_KEPT_MS } from "../../lib/retention.ts";
import type { Statement } from "../../ports/sql.ts";

/**
 * Finishes a job, and appends its event, when all of its items are done or parked: `done`, or `failed` when at least one is
 * parked, and none is still to come out of its ZIP. Belongs in every commit that may finish an item; the job is finished once, by
 * the commit of its last item.
 */
export function endBatch(company: number, job: string, at: number): Statement[] {
  return [
    appendSelectedEvents(company, at, {
      sql: `select iif(exists (${PARKED}), 'job.failed', 'job.done') as type,
          json_object('job_id', id, 'kind', kind) as payload
        from jobs where company = ?1 and id = ?2 and finished_at is null and blob is null and not exists (${RECEIVED})`,
      args: [company, job],
    }),
    {
      sql: `update jobs set state = iif(exists (${PARKED}), 'failed', 'done'), started_at = coalesce(started_at, ?3),
          finished_at = ?3, updated_at = ?3, expires_at = iif(exists (${PARKED}), null, ?3 + ?4)
        where company = ?1 and id = ?2 and finished_at is null and blob is null and not exists (${RECEIVED})`,
      args: [company, job, at, JOB_KEPT_MS],
    },
  ];
}

const NOT_DONE = "select 1 from job_items where company = ?1 and job = ?2 and state <> 'done'";
const RECEIVED = `${NOT_DONE} and state = 'received'`;
const PARKED = `${NOT_DONE} and state = 'parked'`;
