import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { Guard, Statement } from "../ports/sql.ts";
import type { JobFailure } from "./failures.ts";
import type { JobKind } from "./jobs.ts";
import { type AuditLine, appendEvents, audit } from "./record.ts";

/** A job whose work is a single message: the file of an export, a ZIP that is to be unpacked. */
export interface OneMessageJob {
  readonly kind: JobKind;
  /** What tells these rows of `jobs` from others. */
  readonly condition: string;
  /** Its message. */
  readonly messageKind: "export" | "archive";
  /** How long one that has failed is kept, ms. */
  readonly keptMs: number;
}

/** Which job is meant. */
export interface JobRef {
  readonly company: number;
  readonly job: string;
}

/** Who asks, and in which request. */
type Asked = Pick<AuditLine, "requestId" | "peer"> & {
  readonly actor: { readonly company: number; readonly userId: number; readonly keyId?: string };
};

/** One that has waited for so long without a sign may have lost its message. */
const SILENT_MS = 15 * 60_000;

/** Selects a row while the job's work is not done. */
export const jobUnfinished = ({ condition }: OneMessageJob, { company, job }: JobRef): Guard => ({
  sql: `select 1 from jobs where company = ?1 and id = ?2 and ${condition} and finished_at is null`,
  args: [company, job],
});

/** Says that a job was tried for the last time; `along` is written in the same batch. */
export async function parkOneMessageJob(
  ports: Pick<Ports, "writer" | "clock">,
  single: OneMessageJob,
  which: JobRef,
  reason: string,
  along: readonly Statement[],
): Promise<void> {
  const { company, job } = which;
  const at = ports.clock.now();
  const guard = jobUnfinished(single, which);
  const payload = { job_id: job, kind: single.kind, code: reason };
  await ports.writer.commit({
    statements: [
      ...along,
      appendEvents(company, at, [{ type: "job.failed", payload }], guard),
      {
        sql: `update jobs set state = 'failed', failure = json_object('code', ?3), finished_at = ?4, expires_at = ?4 + ?5,
            updated_at = ?4 where company = ?1 and id = ?2 and exists (${guard.sql})`,
        args: [company, job, reason, at, single.keptMs],
      },
    ],
    read: () => undefined,
  });
}

/** Has a job that has failed tried again; gives 1. Fails with `job.nothing_parked`. */
export async function replayOneMessageJob(
  ports: Pick<Ports, "writer" | "queue" | "clock">,
  single: OneMessageJob,
  job: string,
  { actor, requestId, peer }: Asked,
): Promise<number> {
  const { company } = actor;
  const at = ports.clock.now();
  const sending = ports.queue.send([{ v: 1, kind: single.messageKind, company, job }]);
  const line = { action: "job.replay", entity: "job", entityId: job, detail: {}, requestId, peer };
  // Before the write, under the same guard: of two replays at once only one is told of.
  const failed = `company = ?1 and id = ?2 and ${single.condition} and state = 'failed'`;
  const guard = { sql: `select 1 from jobs where ${failed}`, args: [company, job] };
  const replayed = await ports.writer.commit({
    statements: [
      audit({ company, at, by: actor, ...line }, guard),
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

/** Sends again the jobs of a company that may have lost their message (see ingest/sweep-batches.ts); gives how many. */
export async function resendOneMessageJobs(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  { condition, messageKind }: OneMessageJob,
  company: number,
): Promise<number> {
  const now = ports.clock.now();
  const silent = await ports.reader.rows({
    sql: `select id from jobs where company = ?1 and finished_at is null and ${condition} and updated_at < ?2`,
    args: [company, now - SILENT_MS],
  });
  if (silent.length === 0) return 0;
  const ids = silent.map(({ id }) => String(id));
  const sending = ports.queue.send(ids.map((job) => ({ v: 1, kind: messageKind, company, job })));
  await ports.writer.commit({
    statements: [
      ...sending.statements,
      {
        sql: `update jobs set updated_at = ?3 where company = ?1 and id in (select value from json_each(?2))`,
        args: [company, JSON.stringify(ids), now],
      },
    ],
    read: () => undefined,
  });
  await sending.afterCommit();
  return ids.length;
}
