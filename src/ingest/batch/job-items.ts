import type { Job } from "../../journal/jobs.ts";
import { trusted } from "../../lib/cast.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import { type ApprovalResult, type ApprovalSummary, approvalSummaryBy } from "./approval-result.ts";
import { type BatchResult, type BatchSummary, summaryBy } from "./batch-result.ts";

/** A result of an item: of a document, or of a note that was to be approved. */
export type ItemResult = BatchResult | ApprovalResult;

/** A job's item as it is inserted. Without bytes (`sha256` null) one that has its result is `done`; else it is a note to approve. */
export interface NewJobItem {
  readonly position: number;
  readonly file: string;
  readonly sha256: string | null;
  /** The position of the next document that probably has the same access key: it is processed after this one. */
  readonly follower: number | null;
  readonly results: readonly ItemResult[];
  /** The access key that it probably has (upload/key-hint.ts), stored while the followers are not known. */
  readonly hint?: string | null;
}

export type ItemState = "received" | "done" | "parked";

/** One document of a job. */
export interface JobItem {
  readonly position: number;
  readonly file: string;
  readonly state: ItemState;
  readonly results: readonly ItemResult[];
  readonly reason: string | null;
}

/** Inserts items of a job in one statement; an item that exists stays as it is. */
export const insertItems = (
  company: number,
  job: string,
  items: readonly NewJobItem[],
  at: number,
): Statement => ({
  sql: `insert into job_items (company, job, position, file, sha256, follower, hint, state, results, updated_at)
    select ?1, ?2, value ->> 'position', value ->> 'file', value ->> 'sha256', value ->> 'follower', value ->> 'hint',
      iif(value ->> 'sha256' is null and json_array_length(value -> 'results') > 0, 'done', 'received'), value -> 'results', ?4 from json_each(?3)
    where exists (select 1 from jobs where company = ?1 and id = ?2) on conflict do nothing`,
  args: [company, job, JSON.stringify(items), at],
});

/** Key of an item. */
export interface ItemRef {
  readonly company: number;
  readonly job: string;
  readonly position: number;
}

/** Selects a row only while the item is waiting for result number `index`, from 0. */
export const itemAwaitsResult = ({ company, job, position }: ItemRef, index: number): Guard => ({
  sql: `select 1 from job_items where company = ?1 and job = ?2 and position = ?3 and state = 'received'
    and json_array_length(results) = ?4`,
  args: [company, job, position, index],
});

/** Appends result number `index`, once, and only when the guard selects a row. */
export function recordResult(
  { company, job, position }: ItemRef,
  index: number,
  result: ItemResult,
  at: number,
  guard: Guard,
): Statement {
  const n = guard.args.length;
  return {
    sql: `update job_items set results = json_insert(results, '$[#]', json(?${n + 5})), updated_at = ?${n + 6}
      where company = ?${n + 1} and job = ?${n + 2} and position = ?${n + 3} and state = 'received'
        and json_array_length(results) = ?${n + 4} and exists (${guard.sql})`,
    args: [...guard.args, company, job, position, index, JSON.stringify(result), at],
  };
}

/** Replaces result number `index`: the note was approved after its completion. */
export const replaceResult = (
  { company, job, position }: ItemRef,
  index: number,
  result: ItemResult,
): Statement => ({
  sql: `update job_items set results = json_replace(results, ?4, json(?5))
    where company = ?1 and job = ?2 and position = ?3 and state = 'received'`,
  args: [company, job, position, `$[${index}]`, JSON.stringify(result)],
});

/** Marks an item as done when it has all of its results. */
export const finishItem = ({ company, job, position }: ItemRef, results: number): Statement => ({
  sql: `update job_items set state = 'done' where company = ?1 and job = ?2 and position = ?3 and state = 'received'
    and json_array_length(results) = ?4`,
  args: [company, job, position, results],
});

/** Parks an item (dead letter): it is not tried again until it is replayed. */
export const parkItem = (
  { company, job, position }: ItemRef,
  reason: string,
  at: number,
): Statement => ({
  sql: `update job_items set state = 'parked', reason = ?4, updated_at = ?5
    where company = ?1 and job = ?2 and position = ?3 and state = 'received'`,
  args: [company, job, position, reason, at],
});

/** A page of a job's items in the order sent. */
export async function itemsPage(
  ports: Pick<Ports, "reader">,
  company: number,
  job: string,
  page: { readonly limit: number; readonly offset: number },
  signal?: AbortSignal,
): Promise<JobItem[]> {
  const rows = await ports.reader.rows(
    {
      // Positions have no gaps: a page is a range of the key.
      sql: `select position, file, state, results, reason from job_items
        where company = ?1 and job = ?2 and position >= ?3 and position < ?4 order by position`,
      args: [company, job, page.offset, page.offset + page.limit],
    },
    signal,
  );
  return rows.map((row) => ({
    position: Number(row.position),
    file: String(row.file),
    state: trusted<ItemState>(row.state),
    results: trusted<ItemResult[]>(JSON.parse(String(row.results))),
    reason: row.reason === null ? null : String(row.reason),
  }));
}

/** The results of a batch so far, and how many of its items are parked. */
export interface Progress {
  readonly parked: number;
  readonly summary: BatchSummary | ApprovalSummary;
}

export async function progressOf(
  ports: Pick<Ports, "reader">,
  { company, id: job, kind }: Pick<Job, "company" | "id" | "kind">,
  signal?: AbortSignal,
): Promise<Progress> {
  const [open] = await ports.reader.rows(
    {
      sql: `select count(*) as parked from job_items where company = ?1 and job = ?2 and state <> 'done' and state = 'parked'`,
      args: [company, job],
    },
    signal,
  );
  const rows = await ports.reader.rows(
    {
      sql: `select r.value ->> 'outcome' as outcome, count(*) as n from job_items i, json_each(i.results) r
        where i.company = ?1 and i.job = ?2 group by 1`,
      args: [company, job],
    },
    signal,
  );
  const counts = new Map(rows.map((row) => [row.outcome, Number(row.n)]));
  const count = (outcome: string) => counts.get(outcome) ?? 0;
  return {
    parked: Number(open?.parked ?? 0),
    summary: kind === "approval" ? approvalSummaryBy(count) : summaryBy(count),
  };
}

/**
 * Expires the bytes of a refused document at the next maintenance instead of after JOB_KEPT_MS. The bytes of a registered note
 * have no expiry and stay; so do those of an item that is not done (expire-batches.ts).
 */
export const expireOriginalNow = (company: number, sha256: string, at: number): Statement => ({
  sql: "update originals set expires_at = ?3 where company = ?1 and sha256 = ?2 and expires_at > ?3",
  args: [company, sha256, at],
});
