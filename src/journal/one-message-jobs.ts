import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements, type Guard, type Statement } from "../ports/sql.ts";
import type { Cause } from "./cause.ts";
import type { JobFailure } from "./failures.ts";
import type { JobKind } from "./jobs.ts";
import { appendEvents, audit } from "./record.ts";

/** A kind of job that is worked off with one message: an export to be written, a ZIP to be unpacked. */
export interface OneMessageJob {
  readonly kind: JobKind;
  /** Constant SQL condition that selects these rows of `jobs`. */
  readonly condition: string;
  /** The kind of its message (queue-messages.ts). */
  readonly messageKind: "export" | "archive";
  /** How long a failed job is kept, ms. */
  readonly keptMs: number;
}

/** Key of a job. */
export interface JobRef {
  readonly company: number;
  readonly job: string;
}

/** A job or item that was not updated for so long may have lost its message, ms. */
export const RESEND_AFTER_MS = 15 * 60_000;

/** Selects a row while the job is not finished. */
export const jobUnfinished = ({ condition }: OneMessageJob, { company, job }: JobRef): Guard => ({
  sql: `select 1 from jobs where company = ?1 and id = ?2 and ${condition} and finished_at is null`,
  args: [company, job],
});

/** Parks a job after its last attempt: it is `failed` for `reason`. `along` is written in the same batch. */
export async function parkOneMessageJob(
  ports: Pick<Ports, "writer" | "clock">,
  definition: OneMessageJob,
  ref: JobRef,
  reason: string,
  along: readonly Statement[],
): Promise<void> {
  const { company, job } = ref;
  const at = ports.clock.now();
  const guard = jobUnfinished(definition, ref);
  const payload = { job_id: job, kind: definition.kind, code: reason };
  await commitStatements(ports.writer, [
    ...along,
    appendEvents(company, at, [{ type: "job.failed", payload }], guard),
    {
      sql: `update jobs set state = 'failed', failure = json_object('code', ?3), finished_at = ?4, expires_at = ?4 + ?5,
            updated_at = ?4 where company = ?1 and id = ?2 and exists (${guard.sql})`,
      args: [company, job, reason, at, definition.keptMs],
    },
  ]);
}

/** Sends a failed job's message again; returns 1. Fails with `job.nothing_parked`. */
export async function replayOneMessageJob(
  ports: Pick<Ports, "writer" | "queue" | "clock">,
  definition: OneMessageJob,
  job: string,
  cause: Cause,
): Promise<number> {
  const { company } = cause.actor;
  const at = ports.clock.now();
  const sending = ports.queue.send([{ v: 1, kind: definition.messageKind, company, job }]);
  // Before the update and with its guard: of two concurrent replays only the first writes an audit line.
  const failed = `company = ?1 and id = ?2 and ${definition.condition} and state = 'failed'`;
  const guard = { sql: `select 1 from jobs where ${failed}`, args: [company, job] };
  const replayed = await ports.writer.commit({
    statements: [
      audit(cause, at, { action: "job.replay", entity: "job", id: job, detail: {} }, guard),
      {
        sql: `update jobs set state = 'queued', failure = null, finished_at = null, expires_at = null, updated_at = ?3
          where ${failed} returning id`,
        args: [company, job, at],
      },
      ...sending.statements,
    ],
    read: ([, row]) => (row?.length ?? 0) > 0,
  });
  if (!replayed) throw new Failed<JobFailure>({ code: "job.nothing_parked", id: job });
  await sending.afterCommit();
  return 1;
}

/** Sends the messages of a company's jobs that may have lost theirs (see ingest/batch/resend-items.ts); returns how many. */
export async function resendOneMessageJobs(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  { condition, messageKind }: OneMessageJob,
  company: number,
): Promise<number> {
  const now = ports.clock.now();
  const stale = await ports.reader.rows({
    sql: `select id from jobs where company = ?1 and finished_at is null and ${condition} and updated_at < ?2`,
    args: [company, now - RESEND_AFTER_MS],
  });
  if (stale.length === 0) return 0;
  const ids = stale.map(({ id }) => String(id));
  const sending = ports.queue.send(ids.map((job) => ({ v: 1, kind: messageKind, company, job })));
  await commitStatements(ports.writer, [
    ...sending.statements,
    {
      sql: `update jobs set updated_at = ?3 where company = ?1 and id in (select value from json_each(?2))`,
      args: [company, JSON.stringify(ids), now],
    },
  ]);
  await sending.afterCommit();
  return ids.length;
}
