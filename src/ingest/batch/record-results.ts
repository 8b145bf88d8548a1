import { markJobRunning } from "../../journal/jobs.ts";
import type { Original } from "../../lib/original.ts";
import { Failed, type Result } from "../../lib/result.ts";
import type { Document, Reading } from "../../nfe/document.ts";
import type { NfeFailure } from "../../nfe/failures.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import type { Ports } from "../../ports/ports.ts";
import { ALWAYS, commitStatements, type Statement } from "../../ports/sql.ts";
import { registerEvent } from "../event/register-event.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import type { NoteReceipt } from "../note/receipt.ts";
import { refusalLine } from "../receive/receive.ts";
import { approveCompleted, isReadyForApproval } from "../receive/register-and-approve.ts";
import { registerNote } from "../receive/register-note.ts";
import { type BatchResult, ignoredResult, noteResult, refusalResult } from "./batch-result.ts";
import { endBatch } from "./end-batch.ts";
import {
  expireOriginalNow,
  finishItem,
  type ItemRef,
  itemAwaitsResult,
  recordResult,
  replaceResult,
} from "./job-items.ts";

/** One document of a batch, with the data of its item and its job. */
export interface QueuedDocument {
  readonly ref: ItemRef;
  readonly file: string;
  readonly original: Original;
  /** Results of an earlier attempt that was interrupted. */
  readonly results: readonly BatchResult[];
  readonly options: RegisterOptions;
}

type Read = Result<Document, NfeFailure>;

/**
 * Processes the notes of the document in order, from the first without result, and writes each one's result. Rejects with a
 * transient fault; results that were written stay.
 */
export async function recordResults(ports: Ports, doc: QueuedDocument, read: Read): Promise<void> {
  const total = read.ok && read.value.kind === "notes" ? read.value.notes.length : 1;
  const last = doc.results.at(-1);
  const at = doc.results.length - 1;
  // An earlier attempt completed the note and was interrupted before the approval.
  if (last !== undefined && "note" in last && isReadyForApproval(last.note))
    await approveAndEnd(ports, doc, at, total, last.note);
  for (let index = at + 1; index < total; index++) {
    try {
      await processOne(ports, doc, index, total, read);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await refuse(ports, doc, index, total, error);
    }
  }
}

/** Whether a failure is a final refusal of the document; anything else is transient. */
const isRefusal = (error: unknown): error is Failed =>
  error instanceof Failed && /^(?:nfe|stock|product)\./.test(error.failure.code);

async function processOne(
  ports: Ports,
  doc: QueuedDocument,
  index: number,
  total: number,
  read: Read,
): Promise<void> {
  if (!read.ok) {
    const ignored = ignoredResult(doc.file, read.error);
    if (ignored === null) throw new Failed(read.error);
    return recordOnlyResult(ports, doc, ignored);
  }
  if (read.value.kind === "event") return processEvent(ports, doc, read.value.event);
  const note = read.value.notes[index];
  if (note === undefined) throw new RangeError("a document has lost a note");
  await processNote(ports, doc, index, total, note);
}

async function processNote(
  ports: Ports,
  doc: QueuedDocument,
  index: number,
  total: number,
  note: Result<Reading, NfeFailure>,
): Promise<void> {
  if (!note.ok) throw new Failed(note.error);
  const { ref, file, original, options } = doc;
  const received = { reading: note.value, original };
  const receipt = await registerNote(ports, received, {
    ...options,
    along(receipt, guard) {
      const at = ports.clock.now();
      const record = recordResult(ref, index, noteResult(file, receipt), at, guard);
      return [
        markJobRunning(ref.company, ref.job, at),
        record,
        ...(isReadyForApproval(receipt) ? [] : ending(ref, index, total, at)),
      ];
    },
  });
  if (isReadyForApproval(receipt)) await approveAndEnd(ports, doc, index, total, receipt);
}

/** Registering an event is idempotent, so its result may be written in a later commit. */
async function processEvent(ports: Ports, doc: QueuedDocument, event: NfeEvent): Promise<void> {
  const { file, original, options } = doc;
  const receipt = await registerEvent(ports, { event, original }, options);
  await recordOnlyResult(ports, doc, { file, outcome: "event", event: receipt });
}

/** Writes the result of a document that has only one, and finishes its item. */
async function recordOnlyResult(
  ports: Pick<Ports, "writer" | "clock">,
  { ref }: QueuedDocument,
  result: BatchResult,
): Promise<void> {
  const at = ports.clock.now();
  await write(ports, [
    markJobRunning(ref.company, ref.job, at),
    recordResult(ref, 0, result, at, ALWAYS),
    ...ending(ref, 0, 1, at),
  ]);
}

/** The second half of a completion, as take-in.ts has it. */
async function approveAndEnd(
  ports: Ports,
  doc: QueuedDocument,
  index: number,
  total: number,
  completed: NoteReceipt,
): Promise<void> {
  const { ref, file, options } = doc;
  const approved = await approveCompleted(ports, completed, options).catch((error) => {
    if (isRefusal(error)) return completed;
    throw error;
  });
  await write(ports, [
    replaceResult(ref, index, noteResult(file, approved)),
    ...ending(ref, index, total, ports.clock.now()),
  ]);
}

async function refuse(
  ports: Ports,
  { ref, file, original, options }: QueuedDocument,
  index: number,
  total: number,
  error: Failed,
): Promise<void> {
  const at = ports.clock.now();
  ports.meter.count("nfe_refusals_total", { code: error.failure.code });
  await write(ports, [
    markJobRunning(ref.company, ref.job, at),
    refusalLine(error, original, options.cause, at, itemAwaitsResult(ref, index)),
    recordResult(ref, index, refusalResult(file, error), at, ALWAYS),
    ...(total === 1 && isKnown(error) ? [expireOriginalNow(ref.company, original.sha256, at)] : []),
    ...ending(ref, index, total, at),
  ]);
}

/** The note is registered already, with the same content. A document that differs is kept for 30 days, to be compared. */
const isKnown = ({ failure }: Failed): boolean =>
  failure.code === "nfe.duplicate" && !("differs" in failure && failure.differs === true);

/** The statements that finish the item and its job, after the last result. */
const ending = (ref: ItemRef, index: number, total: number, at: number): Statement[] =>
  index + 1 < total ? [] : [finishItem(ref, total), ...endBatch(ref.company, ref.job, at)];

const write = (ports: Pick<Ports, "writer">, statements: readonly Statement[]): Promise<void> =>
  commitStatements(ports.writer, statements);
