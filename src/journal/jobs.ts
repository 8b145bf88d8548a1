import { parameters } from "../lib/parameters.ts";
import { Failed } from "../lib/result.ts";
import { columnsOf } from "../ports/columns.ts";
import type { Ports } from "../ports/ports.ts";
import { ALWAYS, type Guard, type Row, type Statement, type Value } from "../ports/sql.ts";
import type { JobFailure } from "./failures.ts";
import { jobs } from "./tables.ts";

export const JOB_KINDS = ["batch", "export", "mail", "approval"] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** Whether a job has items: one for each document of a batch or a mail, or for each note of an approval. */
export const hasItems = (kind: JobKind): boolean => kind !== "export";

export const JOB_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
/** `failed`: the job, or at least one item of it, is parked and can be replayed. */
export type JobState = (typeof JOB_STATES)[number];

/** Work that continues after its request was answered. Times are ms UTC. */
export interface Job {
  readonly company: number;
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  /** Batch, mail, approval: number of items. Export: estimated number of rows; null before it is known. */
  readonly total: number | null;
  /** Batch, mail, approval: items that have their results. Export: rows that were visited. */
  readonly done: number;
  /** The request's parameters, in the shape of the part that made the job. */
  readonly params: unknown;
  readonly summary: Record<string, number> | null;
  readonly failure: { code: string } | null;
  readonly traceParent: string | null;
  /** Export: the key of its file, once the file is complete. Batch: the key of its ZIP, until it is unpacked. */
  readonly blob: string | null;
  readonly bytes: number | null;
  readonly expiresAt: number | null;
  readonly createdBy: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** Most unfinished jobs of one company; each may have 500 documents. */
export const MAX_OPEN_JOBS = 50;

export type NewJob = Pick<
  Job,
  "company" | "id" | "kind" | "total" | "params" | "traceParent" | "createdBy" | "createdAt"
>;

/**
 * Inserts a job, and returns a row, only when the company has fewer than MAX_OPEN_JOBS unfinished jobs and `guard` selects a
 * row.
 */
export function insertJob(job: NewJob, guard: Guard = ALWAYS): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const company = add(job.company);
  const createdAt = add(job.createdAt);
  return {
    sql: `insert into jobs (company, id, kind, state, total, params, trace_parent, created_by, created_at, updated_at)
      select ${company}, ${add(job.id)}, ${add(job.kind)}, 'queued', ${add(job.total)}, ${add(JSON.stringify(job.params))},
        ${add(job.traceParent)}, ${add(job.createdBy)}, ${createdAt}, ${createdAt}
      where (select count(*) from jobs where company = ${company} and finished_at is null) < ${add(MAX_OPEN_JOBS)}
        and exists (${guard.sql})
      returning id`,
    args,
  };
}

/** Selects a row only when the job exists: guards the statements that follow `insertJob` in its batch. */
export const jobExists = (company: number, id: string): Guard => ({
  sql: "select 1 from jobs where company = ?1 and id = ?2",
  args: [company, id],
});

/** Throws `job.too_many` when `insertJob` returned no row. */
export function requireInserted(rows: readonly Row[] | undefined): void {
  if (rows === undefined || rows.length === 0)
    throw new Failed<JobFailure>({ code: "job.too_many", limit: MAX_OPEN_JOBS, retryAfterS: 30 });
}

/** Marks a queued job as running. */
export const markJobRunning = (company: number, id: string, at: number): Statement => ({
  sql: `update jobs set state = 'running', started_at = coalesce(started_at, ?3), updated_at = ?3
    where company = ?1 and id = ?2 and state = 'queued'`,
  args: [company, id, at],
});

/** Open items are counted at each read (by a partial index), so that documents never wait for a lock on a counter. */
const JOB = columnsOf(jobs, "jobs", [
  "company",
  "id",
  "kind",
  "state",
  "total",
  "done",
  "params",
  "summary",
  "failure",
  "traceParent",
  "blob",
  "bytes",
  "expiresAt",
  "createdBy",
  "createdAt",
  "startedAt",
  "finishedAt",
]);
/** While a ZIP is unpacked, not all of its items exist; their positions have no gaps. */
const COLUMNS = `${JOB.sql}, iif(blob is null, total, (select max(position) + 1 from job_items i
    where i.company = jobs.company and i.job = jobs.id)) as items,
  (select count(*) from job_items i where i.company = jobs.company and i.job = jobs.id and i.state <> 'done') as open`;

/** A job of the company. Fails with `job.not_found`. */
export async function findJob(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<Job> {
  const [row] = await ports.reader.rows(
    { sql: `select ${COLUMNS} from jobs where company = ?1 and id = ?2`, args: [company, id] },
    signal,
  );
  if (row === undefined) throw new Failed<JobFailure>({ code: "job.not_found", id });
  return toJob(row);
}

export interface JobFilter {
  readonly kind?: JobKind | undefined;
  readonly state?: JobState | undefined;
}

function matching(company: number, filter: JobFilter) {
  const { args, add } = parameters<Value>([company]);
  const conditions = ["company = ?1"];
  for (const name of ["kind", "state"] as const) {
    const value = filter[name];
    if (value !== undefined) conditions.push(`${name} = ${add(value)}`);
  }
  return { where: conditions.join(" and "), args };
}

/** A page of the company's jobs, newest first, and how many match in total. */
export async function listJobs(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: JobFilter,
  page: { readonly limit: number; readonly offset: number },
  signal?: AbortSignal,
): Promise<{ jobs: Job[]; total: number }> {
  const { where, args } = matching(company, filter);
  const [count] = await ports.reader.rows(
    { sql: `select count(*) as total from jobs where ${where}`, args },
    signal,
  );
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from jobs where ${where} order by id desc limit ?${args.length + 1} offset ?${args.length + 2}`,
      args: [...args, page.limit, page.offset],
    },
    signal,
  );
  return { jobs: rows.map(toJob), total: Number(count?.total ?? 0) };
}

/** The jobs that were opened before one, newest first, at most `limit`; `before`: its id, null for the newest of all. */
export async function jobsBefore(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: JobFilter,
  { limit, before }: { readonly limit: number; readonly before: string | null },
  signal?: AbortSignal,
): Promise<Job[]> {
  const { where, args } = matching(company, filter);
  const known = parameters<Value>(args);
  const older = before === null ? "" : `and id < ${known.add(before)}`;
  const sql = `select ${COLUMNS} from jobs where ${where} ${older} order by id desc limit ${known.add(limit)}`;
  return (await ports.reader.rows({ sql, args: known.args }, signal)).map(toJob);
}

/** The company's jobs of these kinds that have expired, at most `most`. */
export async function expiredJobs(
  ports: Pick<Ports, "reader">,
  company: number,
  kinds: readonly JobKind[],
  now: number,
  most: number,
): Promise<Job[]> {
  const rows = await ports.reader.rows({
    sql: `select ${COLUMNS} from jobs where company = ?1 and expires_at is not null and expires_at <= ?2
      and kind in (select value from json_each(?3)) order by expires_at limit ?4`,
    args: [company, now, JSON.stringify(kinds), most],
  });
  return rows.map(toJob);
}

/** Maps a row of COLUMNS. */
function toJob(row: Row): Job {
  const job = JOB.read(row);
  return hasItems(job.kind) ? { ...job, done: Number(row.items) - Number(row.open) } : job;
}
