import { JOB_KEPT_MS } from "../../lib/retention.ts";
import type { Statement } from "../../ports/sql.ts";

/**
 * Ends a job when no document of it waits any more, and tells the feed: `done`, or `failed` while some are parked. In any
 * batch that has given a document its last result; whoever brings the last one ends the job, and only once.
 */
export function endBatch(company: number, job: string, at: number): Statement[] {
  return [
    {
      // As journal/record.ts has it; only the row itself knows of what kind the job is.
      sql: `insert into events (company, at, type, payload)
        select ?1, ?3, iif(exists (${PARKED}), 'job.failed', 'job.done'), json_object('job_id', id, 'kind', kind)
        from jobs where company = ?1 and id = ?2 and finished_at is null and not exists (${WAITING})`,
      args: [company, job, at],
    },
    {
      sql: `update jobs set state = iif(exists (${PARKED}), 'failed', 'done'), started_at = coalesce(started_at, ?3),
          finished_at = ?3, updated_at = ?3, expires_at = iif(exists (${PARKED}), null, ?3 + ?4)
        where company = ?1 and id = ?2 and finished_at is null and not exists (${WAITING})`,
      args: [company, job, at, JOB_KEPT_MS],
    },
  ];
}

const OPEN = "select 1 from job_items where company = ?1 and job = ?2 and state <> 'done'";
const WAITING = `${OPEN} and state = 'received'`;
const PARKED = `${OPEN} and state = 'parked'`;
