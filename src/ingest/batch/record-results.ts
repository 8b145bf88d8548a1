import { markJobRunning } from "../../journal/jobs.ts";
import type { Original } from "../../lib/original.ts";
import { Failed, type Result } from "../../lib/result.ts";
import type { Document, Reading } from "../../nfe/document.ts";
import type { NfeFailure } from "../../nfe/failures.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
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

/** One document of a queued batch, with what its job and its bytes say. */
export interface QueuedDocument {
  readonly place: ItemRef;
  readonly file: string;
  readonly original: Original;
  /** Results that are there already, of an attempt that did not come to its end. */
  readonly results: readonly BatchResult[];
  readonly options: RegisterOptions;
}

type Read = Result<Document, NfeFailure>;

/**
 * Gives each note of the document its result, in their order, from the first that has none. Rejects with what may pass; what
 * has its result by then keeps it.
 */
export async function recordResults(ports: Ports, doc: QueuedDocument, read: Read): Promise<void> {
  const total = read.ok && read.value.kind === "notes" ? read.value.notes.length : 1;
  const last = doc.results.at(-1);
  const at = doc.results.length - 1;
  // It was completed, and whoever did it died before the approval.
  if (last !== undefined && "note" in last && isReadyForApproval(last.note))
    await approveAndEnd(ports, doc, at, total, last.note);
  for (let index = at + 1; index < total; index++) {
    try {
      await takeOne(ports, doc, index, total, read);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await refuse(ports, doc, index, total, error);
    }
  }
}

/** What a note or a document is refused for, for good; anything else may pass. */
const isRefusal = (error: unknown): error is Failed =>
  error instanceof Failed && /^(?:nfe|stock|product)\./.test(error.failure.code);

async function takeOne(
  ports: Ports,
  doc: QueuedDocument,
  index: number,
  total: number,
  read: Read,
): Promise<void> {
  if (!read.ok) {
    const aside = ignoredResult(doc.file, read.error);
    if (aside === null) throw new Failed(read.error);
    return recordAlone(ports, doc, aside);
  }
  if (read.value.kind === "event") return takeEvent(ports, doc, read.value.event);
  const note = read.value.notes[index];
  if (note === undefined) throw new RangeError("a document has lost a note");
  await takeNote(ports, doc, index, total, note);
}

async function takeNote(
  ports: Ports,
  doc: QueuedDocument,
  index: number,
  total: number,
  note: Result<Reading, NfeFailure>,
): Promise<void> {
  if (!note.ok) throw new Failed(note.error);
  const { place, file, original, options } = doc;
  const received = { reading: note.value, original };
  const receipt = await registerNote(ports, received, {
    ...options,
    along(receipt, guard) {
      const at = ports.clock.now();
      const record = recordResult(place, index, noteResult(file, receipt), at, guard);
      return [
        markJobRunning(place.company, place.job, at),
        record,
        ...(isReadyForApproval(receipt) ? [] : ending(place, index, total, at)),
      ];
    },
  });
  if (isReadyForApproval(receipt)) await approveAndEnd(ports, doc, index, total, receipt);
}

/** An event that is kept again answers the same, so its result may follow in a batch of its own. */
async function takeEvent(ports: Ports, doc: QueuedDocument, event: NfeEvent): Promise<void> {
  const { file, original, options } = doc;
  const kept = await registerEvent(ports, { event, original }, options);
  await recordAlone(ports, doc, { file, outcome: "event", event: kept });
}

/** Writes the one result of a document, and ends it. */
async function recordAlone(
  ports: Pick<Ports, "writer" | "clock">,
  { place }: QueuedDocument,
  result: BatchResult,
): Promise<void> {
  const at = ports.clock.now();
  await write(ports, [
    markJobRunning(place.company, place.job, at),
    recordResult(place, 0, result, at, ALWAYS),
    ...ending(place, 0, 1, at),
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
  const { place, file, options } = doc;
  const approved = await approveCompleted(ports, completed, options).catch((error) => {
    if (isRefusal(error)) return completed;
    throw error;
  });
  await write(ports, [
    replaceResult(place, index, noteResult(file, approved)),
    ...ending(place, index, total, ports.clock.now()),
  ]);
}

async function refuse(
  ports: Ports,
  { place, file, original, options }: QueuedDocument,
  index: number,
  total: number,
  error: Failed,
): Promise<void> {
  const at = ports.clock.now();
  ports.meter.count("nfe_refusals_total", { code: error.failure.code });
  await write(ports, [
    markJobRunning(place.company, place.job, at),
    refusalLine(error, original, options.cause, at, itemAwaitsResult(place, index)),
    recordResult(place, index, refusalResult(file, error), at, ALWAYS),
    ...(total === 1 && isKnown(error)
      ? [expireOriginalNow(place.company, original.sha256, at)]
      : []),
    ...ending(place, index, total, at),
  ]);
}

/** The same note as one that is stored: its original is there already. What differs is kept for who looks into it. */
const isKnown = ({ failure }: Failed): boolean =>
  failure.code === "nfe.duplicate" && !("differs" in failure && failure.differs === true);

/** What follows the last result in its batch. */
const ending = (place: ItemRef, index: number, total: number, at: number): Statement[] =>
  index + 1 < total ? [] : [finishItem(place, total), ...endBatch(place.company, place.job, at)];

const ALWAYS: Guard = { sql: "select 1", args: [] };

const write = (ports: Pick<Ports, "writer">, statements: readonly Statement[]): Promise<void> =>
  ports.writer.commit({ statements, read: () => undefined });
