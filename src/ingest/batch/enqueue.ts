import { insertJob, jobExists, requireInserted } from "../../journal/jobs.ts";
import { audit } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement, WriteStatement } from "../../ports/sql.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import { batchParamsOf } from "./batch-params.ts";
import { endBatch } from "./end-batch.ts";
import { insertItems } from "./job-items.ts";
import { type ItemDraft, linkFollowers, prepareItem } from "./prepare-items.ts";

/** Bytes are kept in batches of about so many, so that no commit holds the others for long. */
export const SLICE_BYTES = 1_048_576;
export const SLICE_DOCUMENTS = 32;

/** What a job of documents is beside its documents; a batch of a request, where nothing else is said. */
export interface DocumentJobOptions {
  readonly kind: "batch" | "mail";
  /** The job is made only where this selects a row. */
  readonly only?: Guard;
  /** What is written with the job, and only where that is made: statements guarded by `jobExists`. */
  readonly along?: (job: string) => readonly Statement[];
}

/**
 * Takes many documents for later, and gives the job's id. First their bytes are kept, then one batch makes the job, a line
 * for each document, and their messages: what was promised survives whatever comes, and a crash before leaves only bytes
 * whose day comes. Fails with `job.too_many`, also where `only` has selected nothing.
 */
export async function enqueueBatch(
  ports: Ports,
  pieces: readonly UploadEntry[],
  { cause, approve, signal }: Pick<RegisterOptions, "cause" | "approve" | "signal">,
  { kind, only, along }: DocumentJobOptions = { kind: "batch" },
): Promise<string> {
  const { actor, requestId, peer } = cause;
  const { company, userId } = actor;
  const items = linkFollowers(await keptItems(ports, company, pieces, signal));
  const id = newId();
  const at = ports.clock.now();
  const sending = ports.queue.send(
    items
      .filter(({ first }) => first)
      .map(({ item: { position } }) => ({ v: 1, kind: "document", company, job: id, position })),
  );
  const statements = [
    insertJob(
      {
        company,
        id,
        kind,
        total: items.length,
        params: batchParamsOf(cause, approve),
        traceParent: ports.trace.parent,
        createdBy: userId,
        createdAt: at,
      },
      only,
    ),
    insertItems(
      company,
      id,
      items.map(({ item }) => item),
      at,
    ),
    ...sending.statements,
    audit(
      {
        company,
        at,
        by: actor,
        action: "nfe.enqueue",
        entity: "job",
        entityId: id,
        detail: { kind, items: items.length },
        requestId,
        peer,
      },
      jobExists(company, id),
    ),
    ...(along?.(id) ?? []),
    ...endBatch(company, id, at),
  ];
  await ports.writer.commit({ statements, read: ([made]) => requireInserted(made) }, signal);
  await sending.afterCommit();
  return id;
}

/** The lines of a job in the order sent, the bytes kept. One document is in memory at a time, with what waits to be written. */
async function keptItems(
  ports: Ports,
  company: number,
  pieces: readonly UploadEntry[],
  signal?: AbortSignal,
): Promise<ItemDraft[]> {
  const lines: ItemDraft[] = [];
  const waiting: WriteStatement[] = [];
  let waitingBytes = 0;
  const write = async () => {
    const statements = waiting.splice(0);
    waitingBytes = 0;
    await ports.writer.commit({ statements, read: () => undefined }, signal);
  };
  for (const [position, piece] of pieces.entries()) {
    const { draft, statements, bytes } = await prepareItem(ports, company, position, piece, signal);
    lines.push(draft);
    waiting.push(...statements);
    waitingBytes += bytes;
    if (waitingBytes >= SLICE_BYTES || waiting.length >= SLICE_DOCUMENTS) await write();
    await ports.yieldToEventLoop();
  }
  if (waiting.length > 0) await write();
  return lines;
}
