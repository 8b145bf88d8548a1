import { requireInserted } from "../../journal/jobs.ts";
import { newId } from "../../lib/id.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  commitStatements,
  type Guard,
  type Statement,
  type WriteStatement,
} from "../../ports/sql.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import { endBatch } from "./end-batch.ts";
import { itemMessages } from "./item-messages.ts";
import { insertItems } from "./job-items.ts";
import { openBatch } from "./open-batch.ts";
import { type ItemDraft, linkFollowers, PartsLimit, prepareItem } from "./prepare-items.ts";

/** A commit stores about so many bytes and documents, so that other writers do not wait for long. */
export const SLICE_BYTES = 1_048_576;
export const SLICE_DOCUMENTS = 32;

/** Kind of a job of documents, and what else is written with it. */
export interface DocumentJobOptions {
  readonly kind: "batch" | "mail";
  /** The job is made only when this selects a row. */
  readonly onlyIf?: Guard;
  /** Statements that are committed with the job; each must be guarded by `jobExists`. */
  readonly alsoWrite?: (job: string) => readonly Statement[];
}

/**
 * Enqueues documents to be processed later; returns the job's id. First the bytes are stored, then one commit makes the job, an
 * item for each document and their messages: an accepted job survives a crash, and a crash before it leaves only bytes that
 * expire. Fails with `job.too_many`, also when `onlyIf` selects nothing.
 */
export async function enqueueBatch(
  ports: Ports,
  entries: readonly UploadEntry[],
  { cause, approve, signal }: Pick<RegisterOptions, "cause" | "approve" | "signal">,
  { kind, onlyIf, alsoWrite }: DocumentJobOptions = { kind: "batch" },
): Promise<string> {
  const { company } = cause.actor;
  const items = linkFollowers(await storeDocuments(ports, company, entries, signal));
  const id = newId();
  const at = ports.clock.now();
  const first = items.filter((item) => item.first).map(({ item }) => item.position);
  const sending = ports.queue.send(itemMessages({ company, job: id }, first));
  const opening = { id, kind, total: items.length, createdAt: at };
  const statements = [
    ...openBatch(ports, opening, { cause, approve }, { kind, items: items.length }, onlyIf),
    insertItems(
      company,
      id,
      items.map(({ item }) => item),
      at,
    ),
    ...sending.statements,
    ...(alsoWrite?.(id) ?? []),
    ...endBatch(company, id, at),
  ];
  await ports.writer.commit({ statements, read: ([made]) => requireInserted(made) }, signal);
  await sending.afterCommit();
  return id;
}

/** Stores the bytes and returns the drafts in the order sent. In memory are one document and the slice to be committed. */
async function storeDocuments(
  ports: Ports,
  company: number,
  entries: readonly UploadEntry[],
  signal?: AbortSignal,
): Promise<ItemDraft[]> {
  const drafts: ItemDraft[] = [];
  const parts = new PartsLimit();
  const waiting: WriteStatement[] = [];
  let waitingBytes = 0;
  const write = async () => {
    const statements = waiting.splice(0);
    waitingBytes = 0;
    await commitStatements(ports.writer, statements, signal);
  };
  for (const [position, entry] of entries.entries()) {
    const prepared = await prepareItem(ports, company, position, entry, parts, signal);
    const { draft, statements, bytes } = prepared;
    drafts.push(draft);
    waiting.push(...statements);
    waitingBytes += bytes;
    if (waitingBytes >= SLICE_BYTES || waiting.length >= SLICE_DOCUMENTS) await write();
    await ports.yieldToEventLoop();
  }
  if (waiting.length > 0) await write();
  return drafts;
}
