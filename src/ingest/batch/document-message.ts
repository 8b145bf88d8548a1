import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import { tracedJob } from "../../observability/traced-job.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Row, type Statement } from "../../ports/sql.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { processApproval } from "./approval-job.ts";
import type { ApprovalResult } from "./approval-result.ts";
import { type BatchParams, causeOfBatch } from "./batch-params.ts";
import type { BatchResult } from "./batch-result.ts";
import { endBatch } from "./end-batch.ts";
import { itemMessages } from "./item-messages.ts";
import { type ItemRef, type ItemResult, parkItem } from "./job-items.ts";
import { recordResults } from "./record-results.ts";

/**
 * Processes one document of a batch, or approves one note. Idempotent: a note is registered in the commit that writes its result, and a note with a
 * result is not processed again. A refusal is a result. Rejects with a transient fault (overload, fault of the platform, the
 * signal): then the message must be delivered again.
 */
export async function processDocument(
  ports: Ports,
  ref: ItemRef,
  signal?: AbortSignal,
): Promise<void> {
  const row = await queuedItem(ports, ref);
  // The job has expired.
  if (row === null) return;
  if (row.state === "received")
    await tracedJob(
      ports,
      { name: "document", parent: row.traceParent, facts: factsOf(ref, row) },
      (traced) => {
        const run = () => registerDocument(traced, ref, row, signal);
        return ports.withMemory === undefined ? run() : ports.withMemory(row.size, run);
      },
    );
  // Also when the item is done: the delivery that finished it may have been interrupted before this.
  await sendFollower(ports, ref, row.follower);
}

/** Parks a document after its last attempt, and sends its follower's message. `along` is written in the same commit. */
export async function parkDocument(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  ref: ItemRef,
  reason: string,
  along: readonly Statement[],
): Promise<void> {
  const row = await queuedItem(ports, ref);
  const at = ports.clock.now();
  const sending = ports.queue.send(itemMessages(ref, row?.follower == null ? [] : [row.follower]));
  await commitStatements(ports.writer, [
    ...along,
    parkItem(ref, reason, at),
    ...sending.statements,
    ...endBatch(ref.company, ref.job, at),
  ]);
  await sending.afterCommit();
}

/** An item with the parameters of its job. */
interface QueuedItem {
  readonly state: string;
  readonly file: string;
  /** Null: no document, but a note to approve, with its access key in `file`. */
  readonly sha256: string | null;
  /** In bytes; 0 when the original is missing. */
  readonly size: number;
  readonly follower: number | null;
  readonly results: readonly ItemResult[];
  readonly params: BatchParams;
  readonly userId: number;
  readonly traceParent: string | null;
}

async function queuedItem(
  ports: Pick<Ports, "reader">,
  { company, job, position }: ItemRef,
): Promise<QueuedItem | null> {
  const [row] = await ports.reader.rows({
    sql: `select i.state, i.file, i.sha256, i.follower, i.results, j.params, j.created_by, j.trace_parent,
        coalesce((select o.size from originals o where o.company = i.company and o.sha256 = i.sha256), 0) as size
      from job_items i join jobs j on j.company = i.company and j.id = i.job
      where i.company = ?1 and i.job = ?2 and i.position = ?3 and (i.sha256 is not null or j.kind = 'approval')`,
    args: [company, job, position],
  });
  return row === undefined ? null : toItem(row);
}

/** The columns are NOT NULL or the query excludes null; the JSON was written by this folder. */
const toItem = (row: Row): QueuedItem => ({
  state: String(row.state),
  file: String(row.file),
  sha256: row.sha256 === null ? null : String(row.sha256),
  size: Number(row.size),
  follower: row.follower === null ? null : Number(row.follower),
  results: trusted<ItemResult[]>(JSON.parse(String(row.results))),
  params: trusted<BatchParams>(JSON.parse(String(row.params))),
  userId: Number(row.created_by),
  traceParent: row.trace_parent === null ? null : String(row.trace_parent),
});

const factsOf = (ref: ItemRef, row: QueuedItem) => ({
  job: ref.job,
  position: ref.position,
  company: ref.company,
  user: row.userId,
  request_id: row.params.request_id,
});

async function sendFollower(
  ports: Pick<Ports, "queue" | "writer">,
  ref: ItemRef,
  follower: number | null,
): Promise<void> {
  if (follower === null) return;
  const sending = ports.queue.send(itemMessages(ref, [follower]));
  const { statements } = sending;
  if (statements.length > 0) await commitStatements(ports.writer, statements);
  await sending.afterCommit();
}

async function registerDocument(
  ports: Ports,
  ref: ItemRef,
  { file, sha256, results, params, userId }: QueuedItem,
  signal?: AbortSignal,
): Promise<void> {
  const options = {
    cause: causeOfBatch(params, ref.company, userId),
    approve: params.approve,
    signal,
  };
  // The results of an approval are those of approval-job.ts, the others those of documents.
  if (sha256 === null)
    return processApproval(ports, {
      ref,
      accessKey: file,
      results: trusted<ApprovalResult[]>(results),
      options,
    });
  const bytes = await ports.originals.get(ref.company, sha256);
  if (bytes === null) throw new Failed<IngestFailure>({ code: "batch.bytes_missing" });
  const read = await ports.documents.read(bytes, signal);
  await recordResults(
    ports,
    { ref, file, original: { bytes, sha256 }, results: trusted<BatchResult[]>(results), options },
    read,
  );
}
