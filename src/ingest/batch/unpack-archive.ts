import { findJob, type Job, markJobRunning } from "../../journal/jobs.ts";
import { type JobRef, jobUnfinished } from "../../journal/one-message-jobs.ts";
import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import { tracedJob } from "../../observability/traced-job.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Statement, type WriteStatement } from "../../ports/sql.ts";
import { LimitCounter } from "../upload/limit-counter.ts";
import { BATCH_LIMITS } from "../upload/limits.ts";
import { openStoredZip, type StoredZip } from "../upload/stored-zip.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import { listZip } from "../upload/zip.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { ARCHIVE_JOB } from "./archive.ts";
import { type BatchParams, causeOfBatch } from "./batch-params.ts";
import { processDocument } from "./document-message.ts";
import { endBatch } from "./end-batch.ts";
import { SLICE_BYTES, SLICE_DOCUMENTS } from "./enqueue.ts";
import { itemMessages } from "./item-messages.ts";
import { insertItems, type NewJobItem } from "./job-items.ts";
import { linkFollowers, PartsLimit, prepareItem } from "./prepare-items.ts";

/** Items of one slice: a ZIP may have thousands of entries that are no documents. */
const SLICE_ITEMS = 500;

/** Documents of the first slice. They are processed before the others are unpacked, so that who waits soon sees how far it is. */
const FIRST_DOCUMENTS = 4;

/**
 * Unpacks a stored ZIP into the items of its batch and sends their messages. Works in slices, each committed with its bytes: an
 * attempt after an interruption continues after the last slice, and two concurrent ones write the same. Messages are sent when
 * all items exist, so that items of one access key are linked across slices. A ZIP that is invalid as a whole is one rejected
 * item. Rejects with a transient fault, and with `batch.bytes_missing` when the file is missing.
 */
export async function unpackArchive(
  ports: Ports,
  ref: JobRef,
  signal?: AbortSignal,
): Promise<void> {
  const job = await findJob(ports, ref.company, ref.job, signal).catch(nullIfNotFound);
  if (job === null || job.finishedAt !== null) return;
  const { blob } = job;
  // Unpacked by an earlier delivery, ref may have been interrupted before its messages were sent.
  if (blob === null) return resendFirstItems(ports, ref);
  const facts = { job: job.id, company: job.company, user: job.createdBy };
  await tracedJob(ports, { name: "archive", parent: job.traceParent, facts }, (traced) =>
    unpackInto(traced, ref, job, blob, signal),
  );
}

/** Null for a job that has expired. */
function nullIfNotFound(error: unknown): null {
  if (error instanceof Failed && error.failure.code === "job.not_found") return null;
  throw error;
}

async function unpackInto(
  ports: Ports,
  ref: JobRef,
  job: Job,
  blob: string,
  signal?: AbortSignal,
): Promise<void> {
  const zip = await openStoredZip(ports.blobs, blob);
  const listed = await listEntries(zip, signal);
  if (!Array.isArray(listed)) await refuse(ports, ref, job, listed);
  else {
    await markUnpacking(ports, ref, listed.length);
    // An attempt after an interruption counts the parts of the rest.
    const parts = new PartsLimit();
    for (let from = await countItems(ports, ref); from < listed.length; ) {
      const isFirst = from === 0;
      from = await storeSlice(ports, ref, zip, listed, from, parts, signal);
      if (isFirst) await processFirstItems(ports, ref, signal);
    }
    await sendFirstItems(ports, ref, listed.length);
  }
  // When this fails, expireArchives deletes the file: no job references it.
  await ports.blobs.delete(blob).catch(() => undefined);
}

/** The entries of the ZIP, or the failure of the ZIP as a whole. */
async function listEntries(
  zip: StoredZip,
  signal?: AbortSignal,
): Promise<UploadEntry[] | IngestFailure> {
  try {
    const listed = await listZip(zip, null, new LimitCounter(BATCH_LIMITS), signal);
    zip.throwStorageFault();
    return listed.ok ? listed.value : listed.error;
  } catch (error) {
    zip.throwStorageFault();
    // Only LimitCounter throws a Failed here.
    if (error instanceof Failed) return trusted<IngestFailure>(error.failure);
    throw error;
  }
}

const write = (
  ports: Pick<Ports, "writer">,
  statements: readonly WriteStatement[],
): Promise<void> => commitStatements(ports.writer, statements);

const markUnpacking = (
  ports: Pick<Ports, "writer" | "clock">,
  { company, job }: JobRef,
  total: number,
): Promise<void> => {
  const at = ports.clock.now();
  return write(ports, [
    markJobRunning(company, job, at),
    {
      sql: "update jobs set total = ?3, updated_at = ?4 where company = ?1 and id = ?2",
      args: [company, job, total, at],
    },
  ]);
};

/** How many items exist; their positions have no gaps. */
async function countItems(ports: Pick<Ports, "reader">, { company, job }: JobRef): Promise<number> {
  const [row] = await ports.reader.rows({
    sql: "select count(*) as n from job_items where company = ?1 and job = ?2",
    args: [company, job],
  });
  return Number(row?.n ?? 0);
}

/** Stores the next slice of documents; returns the position where the slice after it begins. */
async function storeSlice(
  ports: Ports,
  { company, job }: JobRef,
  zip: StoredZip,
  entries: readonly UploadEntry[],
  from: number,
  parts: PartsLimit,
  signal?: AbortSignal,
): Promise<number> {
  const items: NewJobItem[] = [];
  const statements: WriteStatement[] = [];
  const most = from === 0 ? FIRST_DOCUMENTS : SLICE_DOCUMENTS;
  let [bytes, documents] = [0, 0];
  for (const entry of entries.slice(from, from + SLICE_ITEMS)) {
    if (bytes >= SLICE_BYTES || documents === most) break;
    signal?.throwIfAborted();
    const position = from + items.length;
    const prepared = await prepareItem(ports, company, position, entry, parts, signal);
    zip.throwStorageFault();
    items.push({ ...prepared.draft, follower: null });
    statements.push(...prepared.statements);
    bytes += prepared.bytes;
    documents += prepared.draft.sha256 === null ? 0 : 1;
    await ports.yieldToEventLoop();
  }
  const at = ports.clock.now();
  await write(ports, [
    ...statements,
    insertItems(company, job, items, at),
    {
      sql: "update jobs set updated_at = ?3 where company = ?1 and id = ?2",
      args: [company, job, at],
    },
  ]);
  return from + items.length;
}

/**
 * Processes the items of the first slice that follow no other. One that meets a transient fault stays `received`: its message is
 * sent with those of the others.
 */
async function processFirstItems(ports: Ports, ref: JobRef, signal?: AbortSignal): Promise<void> {
  const first = (await linkedItems(ports, ref)).filter((one) => one.first);
  await Promise.allSettled(
    first.map(({ item }) => processDocument(ports, { ...ref, position: item.position }, signal)),
  );
}

/** The items without a result that exist so far, linked by their access keys. */
async function linkedItems(ports: Pick<Ports, "reader">, { company, job }: JobRef) {
  const rows = await ports.reader.rows({
    sql: `select position, sha256, hint from job_items
      where company = ?1 and job = ?2 and state <> 'done' and state = 'received' order by position`,
    args: [company, job],
  });
  return linkFollowers(
    rows.map(({ position, sha256, hint }) => ({
      position: Number(position),
      sha256: sha256 == null ? null : String(sha256),
      hint: hint == null ? null : String(hint),
    })),
  );
}

/** Marks the ZIP as unpacked, links the followers, and sends the messages of the items that follow no other. */
async function sendFirstItems(ports: Ports, ref: JobRef, total: number): Promise<void> {
  const { company, job } = ref;
  const linked = await linkedItems(ports, ref);
  const withFollower = linked.map(({ item }) => item).filter(({ follower }) => follower !== null);
  const first = linked.filter((one) => one.first).map(({ item }) => item.position);
  const sending = ports.queue.send(itemMessages(ref, first));
  const at = ports.clock.now();
  await write(ports, [
    {
      sql: `update job_items set follower = f.value ->> 'follower' from json_each(?3) f
        where company = ?1 and job = ?2 and position = f.value ->> 'position'`,
      args: [company, job, JSON.stringify(withFollower)],
    },
    markUnpacked(ref, total, at),
    ...sending.statements,
    ...endBatch(company, job, at),
  ]);
  await sending.afterCommit();
}

const markUnpacked = ({ company, job }: JobRef, total: number, at: number): Statement => ({
  sql: "update jobs set blob = null, total = ?3, updated_at = ?4 where company = ?1 and id = ?2",
  args: [company, job, total, at],
});

/** Sends again the messages of the items that are not done and follow no other. */
async function resendFirstItems(
  ports: Pick<Ports, "reader" | "writer" | "queue">,
  { company, job }: JobRef,
): Promise<void> {
  const rows = await ports.reader.rows({
    sql: `select position from job_items i where company = ?1 and job = ?2 and state <> 'done' and state = 'received'
      and not exists (select 1 from job_items p where p.company = ?1 and p.job = ?2 and p.state <> 'done'
        and p.state = 'received' and p.follower = i.position)`,
    args: [company, job],
  });
  const positions = rows.map(({ position }) => Number(position));
  const sending = ports.queue.send(itemMessages({ company, job }, positions));
  if (sending.statements.length > 0) await write(ports, sending.statements);
  await sending.afterCommit();
}

/** Ends the batch with one rejected item. */
async function refuse(
  ports: Pick<Ports, "writer" | "clock" | "meter">,
  ref: JobRef,
  { params, createdBy }: Job,
  failure: IngestFailure,
): Promise<void> {
  const { company, job } = ref;
  const at = ports.clock.now();
  // Written by enqueueArchive.
  const cause = causeOfBatch(trusted<BatchParams>(params), company, createdBy);
  const file = "enviado.zip";
  const result = { file, outcome: "rejected", accessKey: null, failure } as const;
  ports.meter.count("nfe_refusals_total", { code: failure.code });
  await write(ports, [
    audit(
      cause,
      at,
      { action: "nfe.refuse", entity: "job", id: job, detail: { code: failure.code } },
      jobUnfinished(ARCHIVE_JOB, ref),
    ),
    markJobRunning(company, job, at),
    insertItems(
      company,
      job,
      [{ position: 0, file, sha256: null, follower: null, results: [result] }],
      at,
    ),
    markUnpacked(ref, 1, at),
    ...endBatch(company, job, at),
  ]);
}
