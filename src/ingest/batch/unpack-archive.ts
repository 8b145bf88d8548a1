import { findJob, type Job, markJobRunning } from "../../journal/jobs.ts";
import { type JobRef, jobUnfinished } from "../../journal/one-message-jobs.ts";
import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import { tracedJob } from "../../observability/traced-job.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement, WriteStatement } from "../../ports/sql.ts";
import { LimitCounter } from "../upload/limit-counter.ts";
import { BATCH_LIMITS } from "../upload/limits.ts";
import { openStoredZip, type StoredZip } from "../upload/stored-zip.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import { listZip } from "../upload/zip.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { ARCHIVE_JOB } from "./archive.ts";
import { type BatchParams, causeOfBatch } from "./batch-params.ts";
import { endBatch } from "./end-batch.ts";
import { SLICE_BYTES, SLICE_DOCUMENTS } from "./enqueue.ts";
import { insertItems, type NewJobItem } from "./job-items.ts";
import { linkFollowers, prepareItem } from "./prepare-items.ts";

/** Lines of one slice: a ZIP may hold thousands of pictures. */
const SLICE_LINES = 500;

/**
 * Makes a ZIP in the blob store into the documents of its batch, and has them taken in. In slices, each written whole with
 * the bytes that it names: who begins anew goes on after the last, and two at once write the same. The documents are sent
 * when all of them stand there, so that those of one note take turns across slices. What is wrong with the whole ZIP is
 * its result. Rejects with what may pass, and with `batch.bytes_missing` where the file has vanished.
 */
export async function unpackArchive(
  ports: Ports,
  which: JobRef,
  signal?: AbortSignal,
): Promise<void> {
  const job = await findJob(ports, which.company, which.job, signal).catch(gone);
  if (job === null || job.finishedAt !== null) return;
  const { blob } = job;
  // Unpacked by a delivery that may have died before it could send.
  if (blob === null) return sendFirst(ports, which);
  const facts = { job: job.id, company: job.company, user: job.createdBy };
  await tracedJob(ports, { name: "archive", parent: job.traceParent, facts }, (traced) =>
    unpackInto(traced, which, job, blob, signal),
  );
}

/** Its time was over: nobody waits for it. */
function gone(error: unknown): null {
  if (error instanceof Failed && error.failure.code === "job.not_found") return null;
  throw error;
}

async function unpackInto(
  ports: Ports,
  which: JobRef,
  job: Job,
  blob: string,
  signal?: AbortSignal,
): Promise<void> {
  const zip = await openStoredZip(ports.blobs, blob);
  const listed = await piecesOf(zip, signal);
  if (!Array.isArray(listed)) await refuse(ports, which, job, listed);
  else {
    await began(ports, which, listed.length);
    for (let from = await linesOf(ports, which); from < listed.length; )
      from = await keepSlice(ports, which, zip, listed, from, signal);
    await sendAll(ports, which, listed.length);
  }
  // Whatever fails here, the sweep finds a file that no job names.
  await ports.blobs.delete(blob).catch(() => undefined);
}

/** What is in the ZIP, or what is wrong with it. */
async function piecesOf(
  zip: StoredZip,
  signal?: AbortSignal,
): Promise<UploadEntry[] | IngestFailure> {
  try {
    const listed = await listZip(zip, null, new LimitCounter(BATCH_LIMITS), signal);
    zip.throwStorageFault();
    return listed.ok ? listed.value : listed.error;
  } catch (error) {
    zip.throwStorageFault();
    // Only Tally throws a failure in there.
    if (error instanceof Failed) return trusted<IngestFailure>(error.failure);
    throw error;
  }
}

const write = (
  ports: Pick<Ports, "writer">,
  statements: readonly WriteStatement[],
): Promise<void> => ports.writer.commit({ statements, read: () => undefined });

const began = (
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

/** How many lines stand there; they have no gaps. */
async function linesOf(ports: Pick<Ports, "reader">, { company, job }: JobRef): Promise<number> {
  const [row] = await ports.reader.rows({
    sql: "select count(*) as n from job_items where company = ?1 and job = ?2",
    args: [company, job],
  });
  return Number(row?.n ?? 0);
}

/** Opens and keeps the next documents; gives where the slice after this one begins. */
async function keepSlice(
  ports: Ports,
  { company, job }: JobRef,
  zip: StoredZip,
  pieces: readonly UploadEntry[],
  from: number,
  signal?: AbortSignal,
): Promise<number> {
  const items: NewJobItem[] = [];
  const statements: WriteStatement[] = [];
  let [bytes, documents] = [0, 0];
  for (const piece of pieces.slice(from, from + SLICE_LINES)) {
    if (bytes >= SLICE_BYTES || documents === SLICE_DOCUMENTS) break;
    signal?.throwIfAborted();
    const kept = await prepareItem(ports, company, from + items.length, piece, signal);
    zip.throwStorageFault();
    items.push({ ...kept.draft, follower: null });
    statements.push(...kept.statements);
    bytes += kept.bytes;
    documents += kept.draft.sha256 === null ? 0 : 1;
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

/** Says that the ZIP is unpacked, who waits for whom, and sends the others. */
async function sendAll(ports: Ports, which: JobRef, total: number): Promise<void> {
  const { company, job } = which;
  const rows = await ports.reader.rows({
    sql: "select position, sha256, hint from job_items where company = ?1 and job = ?2 order by position",
    args: [company, job],
  });
  const turns = linkFollowers(
    rows.map(({ position, sha256, hint }) => ({
      position: Number(position),
      sha256: sha256 == null ? null : String(sha256),
      hint: hint == null ? null : String(hint),
    })),
  );
  const followed = turns.map(({ item }) => item).filter(({ follower }) => follower !== null);
  const sending = ports.queue.send(
    turns
      .filter(({ first }) => first)
      .map(({ item: { position } }) => ({ v: 1, kind: "document", company, job, position })),
  );
  const at = ports.clock.now();
  await write(ports, [
    {
      sql: `update job_items set follower = f.value ->> 'follower' from json_each(?3) f
        where company = ?1 and job = ?2 and position = f.value ->> 'position' and state = 'received'`,
      args: [company, job, JSON.stringify(followed)],
    },
    unpacked(which, total, at),
    ...sending.statements,
    ...endBatch(company, job, at),
  ]);
  await sending.afterCommit();
}

const unpacked = ({ company, job }: JobRef, total: number, at: number): Statement => ({
  sql: "update jobs set blob = null, total = ?3, updated_at = ?4 where company = ?1 and id = ?2",
  args: [company, job, total, at],
});

/** Sends what waits for nobody, once more. */
async function sendFirst(
  ports: Pick<Ports, "reader" | "writer" | "queue">,
  { company, job }: JobRef,
): Promise<void> {
  const rows = await ports.reader.rows({
    sql: `select position from job_items i where company = ?1 and job = ?2 and state <> 'done' and state = 'received'
      and not exists (select 1 from job_items p where p.company = ?1 and p.job = ?2 and p.state <> 'done'
        and p.state = 'received' and p.follower = i.position)`,
    args: [company, job],
  });
  const sending = ports.queue.send(
    rows.map(({ position }) => ({
      v: 1,
      kind: "document",
      company,
      job,
      position: Number(position),
    })),
  );
  if (sending.statements.length > 0) await write(ports, sending.statements);
  await sending.afterCommit();
}

/** One line, rejected, is all that becomes of the batch. */
async function refuse(
  ports: Pick<Ports, "writer" | "clock" | "meter">,
  which: JobRef,
  { params, createdBy }: Job,
  failure: IngestFailure,
): Promise<void> {
  const { company, job } = which;
  const at = ports.clock.now();
  // archive.ts has written it.
  const { actor, requestId, peer } = causeOfBatch(trusted<BatchParams>(params), company, createdBy);
  const file = "enviado.zip";
  const result = { file, outcome: "rejected", accessKey: null, failure } as const;
  ports.meter.count("nfe_refusals_total", { code: failure.code });
  const line = { company, at, by: actor, action: "nfe.refuse", entity: "job", entityId: job };
  await write(ports, [
    audit(
      { ...line, detail: { code: failure.code }, requestId, peer },
      jobUnfinished(ARCHIVE_JOB, which),
    ),
    markJobRunning(company, job, at),
    insertItems(
      company,
      job,
      [{ position: 0, file, sha256: null, follower: null, results: [result] }],
      at,
    ),
    unpacked(which, 1, at),
    ...endBatch(company, job, at),
  ]);
}
