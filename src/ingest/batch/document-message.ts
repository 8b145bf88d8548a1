import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import { tracedJob } from "../../observability/traced-job.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { type BatchParams, causeOfBatch } from "./batch-params.ts";
import type { BatchResult } from "./batch-result.ts";
import { endBatch } from "./end-batch.ts";
import { type ItemRef, parkItem } from "./job-items.ts";
import { recordResults } from "./record-results.ts";

/**
 * Takes in one document of a queued batch, once in effect however often its message comes: a note is registered in the
 * batch that writes its result, and whatever has its result is not done again. A refusal is a result. Rejects with what may
 * pass (an overload, a fault of the world, the signal): then the message is to come again.
 */
export async function processDocument(
  ports: Ports,
  place: ItemRef,
  signal?: AbortSignal,
): Promise<void> {
  const row = await queuedItem(ports, place);
  // The job's time was over, and nobody waits.
  if (row === null) return;
  if (row.state === "received")
    await tracedJob(
      ports,
      { name: "document", parent: row.traceParent, facts: factsOf(place, row) },
      (traced) => {
        const take = () => takeDocument(traced, place, row, signal);
        return ports.withMemory === undefined ? take() : ports.withMemory(row.size, take);
      },
    );
  // Also where another delivery has done the work and then died.
  await sendFollower(ports, place, row.follower);
}

/**
 * Says that a document was tried for the last time, and lets the others go on without it. `along` is written in the same
 * batch.
 */
export async function parkDocument(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  place: ItemRef,
  reason: string,
  along: readonly Statement[],
): Promise<void> {
  const row = await queuedItem(ports, place);
  const at = ports.clock.now();
  const sending = ports.queue.send(messagesTo(place, row?.follower ?? null));
  await ports.writer.commit({
    statements: [
      ...along,
      parkItem(place, reason, at),
      ...sending.statements,
      ...endBatch(place.company, place.job, at),
    ],
    read: () => undefined,
  });
  await sending.afterCommit();
}

/** An item with what its job says of it. */
interface QueuedItem {
  readonly state: string;
  readonly file: string;
  readonly sha256: string;
  /** Bytes; 0 where they have gone. */
  readonly size: number;
  readonly follower: number | null;
  readonly results: readonly BatchResult[];
  readonly order: BatchParams;
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
      where i.company = ?1 and i.job = ?2 and i.position = ?3 and i.sha256 is not null`,
    args: [company, job, position],
  });
  return row === undefined ? null : toItem(row);
}

/** The columns are NOT NULL or asked to be, and the JSON is what enqueue.ts and this file have written. */
const toItem = (row: Row): QueuedItem => ({
  state: String(row.state),
  file: String(row.file),
  sha256: String(row.sha256),
  size: Number(row.size),
  follower: row.follower === null ? null : Number(row.follower),
  results: trusted<BatchResult[]>(JSON.parse(String(row.results))),
  order: trusted<BatchParams>(JSON.parse(String(row.params))),
  userId: Number(row.created_by),
  traceParent: row.trace_parent === null ? null : String(row.trace_parent),
});

const factsOf = (place: ItemRef, row: QueuedItem) => ({
  job: place.job,
  position: place.position,
  company: place.company,
  user: row.userId,
  request_id: row.order.request_id,
});

const messagesTo = ({ company, job }: ItemRef, position: number | null) =>
  position === null ? [] : [{ v: 1, kind: "document", company, job, position } as const];

async function sendFollower(
  ports: Pick<Ports, "queue" | "writer">,
  place: ItemRef,
  follower: number | null,
): Promise<void> {
  if (follower === null) return;
  const sending = ports.queue.send(messagesTo(place, follower));
  const { statements } = sending;
  if (statements.length > 0) await ports.writer.commit({ statements, read: () => undefined });
  await sending.afterCommit();
}

async function takeDocument(
  ports: Ports,
  place: ItemRef,
  { file, sha256, results, order, userId }: QueuedItem,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = await ports.originals.get(place.company, sha256);
  if (bytes === null) throw new Failed<IngestFailure>({ code: "batch.bytes_missing" });
  const options = {
    cause: causeOfBatch(order, place.company, userId),
    approve: order.approve,
    signal,
  };
  const read = await ports.documents.read(bytes, signal);
  await recordResults(ports, { place, file, original: { bytes, sha256 }, results, options }, read);
}
