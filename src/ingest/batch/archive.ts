import { requireInserted } from "../../journal/jobs.ts";
import type { OneMessageJob } from "../../journal/one-message-jobs.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import { JOB_KEPT_MS } from "../../lib/retention.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import { FORMAT_SAY, formatOf, HEAD_BYTES } from "../upload/format.ts";
import { BATCH_LIMITS } from "../upload/limits.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { openBatch } from "./open-batch.ts";

/** Folder of the ZIPs that are waiting to be unpacked: `archives/<company>/<job>/sent.zip`. */
export const ARCHIVE_FOLDER = "archives/";
export const archiveKey = (company: number, job: string): string =>
  `${ARCHIVE_FOLDER}${company}/${job}/sent.zip`;

/** Streams a ZIP into the blob store without opening it; returns the id for its job. */
export async function storeZip(
  ports: Pick<Ports, "blobs">,
  company: number,
  content: ReadableStream<Uint8Array> | Uint8Array,
  signal?: AbortSignal,
): Promise<string> {
  const id = newId();
  await ports.blobs.put(archiveKey(company, id), content, signal);
  return id;
}

/**
 * Makes the job of a stored ZIP (`storeZip`) and sends the message to unpack it. Fails with `batch.malformed_zip` when the file
 * does not start as a ZIP, and with `job.too_many`; then the file is deleted.
 */
export async function enqueueArchive(
  ports: Ports,
  job: string,
  { cause, approve, signal }: Pick<RegisterOptions, "cause" | "approve" | "signal">,
): Promise<void> {
  const { company } = cause.actor;
  const key = archiveKey(company, job);
  const sending = ports.queue.send([{ v: 1, kind: "archive", company, job }]);
  const opening = { id: job, kind: "batch", total: null, createdAt: ports.clock.now() } as const;
  const statements = [
    ...openBatch(ports, opening, { cause, approve }, { kind: "archive" }),
    ...sending.statements,
  ];
  try {
    const total = await entriesOf(ports, key);
    const stored = {
      sql: "update jobs set blob = ?3, total = ?4 where company = ?1 and id = ?2",
      args: [company, job, key, total],
    };
    const read = ([made]: readonly (readonly Row[])[]) => requireInserted(made);
    await ports.writer.commit({ statements: [...statements, stored], read }, signal);
  } catch (error) {
    // After any other fault the job may have been committed; a file without a job is deleted by expireArchives.
    if (error instanceof Failed && /^(?:batch|job)\./.test(error.failure.code))
      await ports.blobs.delete(key);
    throw error;
  }
  await sending.afterCommit();
}

/** The end of the central directory (APPNOTE 4.3.16), without the comment that may follow it. */
const END_BYTES = 22;

/**
 * How many entries a stored ZIP says that it has, so that its job has a total before it is unpacked; null: more than the old form
 * can say, or a comment stands behind. Fails with `batch.malformed_zip` when the file does not start as a ZIP.
 */
async function entriesOf(ports: Pick<Ports, "blobs">, key: string): Promise<number | null> {
  const head = await ports.blobs.get(key, { offset: 0, length: HEAD_BYTES });
  const bytes = await new Response(head?.body ?? null).arrayBuffer();
  const size = head?.size ?? 0;
  const format = formatOf(new Uint8Array(bytes));
  if (format !== "zip")
    throw new Failed<IngestFailure>({
      code: "batch.malformed_zip",
      why: `o corpo é ${FORMAT_SAY[format]}`,
    });
  if (size < END_BYTES) return null;
  const tail = await ports.blobs.get(key, { offset: size - END_BYTES, length: END_BYTES });
  const end = new DataView(await new Response(tail?.body ?? null).arrayBuffer());
  if (end.byteLength < END_BYTES || end.getUint32(0, true) !== 0x06054b50) return null;
  const entries = end.getUint16(10, true);
  return entries === 0 || entries > BATCH_LIMITS.entries ? null : entries;
}

/** While its ZIP is not unpacked, a batch is worked off with one message. */
export const ARCHIVE_JOB: OneMessageJob = {
  kind: "batch",
  condition: "kind = 'batch' and blob is not null",
  messageKind: "archive",
  keptMs: JOB_KEPT_MS,
};
