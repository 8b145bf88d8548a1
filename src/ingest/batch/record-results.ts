import { markJobRunning } from "../../journal/jobs.ts";
import type { Original } from "../../lib/original.ts";
import { Failed, type Result } from "../../lib/result.ts";
import type { Container, Document, Reading } from "../../nfe/document.ts";
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
import { LimitCounter } from "../upload/limit-counter.ts";
import { BATCH_LIMITS } from "../upload/limits.ts";
import {
  type BatchResult,
  emptyResult,
  ignoredResult,
  noteResult,
  refusalResult,
} from "./batch-result.ts";
import { partFile, readPart, type SingleDocument, singleOrContainer } from "./container-parts.ts";
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
type SingleRead = Result<SingleDocument, { code: string }>;

/** One result to be: the note number `note` of a document, and its own name and bytes where it stands in a container. */
interface Line extends Pick<QueuedDocument, "ref" | "file" | "original" | "options"> {
  readonly index: number;
  readonly total: number;
}

/**
 * Processes the notes of the document, or the documents of a container, in order, from the first without result, and writes
 * each one's result. Rejects with a transient fault; results that were written stay.
 */
export async function recordResults(ports: Ports, doc: QueuedDocument, read: Read): Promise<void> {
  const document = singleOrContainer(read);
  const total = countResults(document);
  const last = doc.results.at(-1);
  const at = doc.results.length - 1;
  // An earlier attempt completed the note and was interrupted before the approval.
  if (last !== undefined && "note" in last && isReadyForApproval(last.note))
    await approveAndEnd(ports, { ...doc, file: last.file, index: at, total }, last.note);
  for (let index = at + 1; index < total; index++) {
    if ("kind" in document) await processPart(ports, { ...doc, index, total }, document);
    else await processOrRefuse(ports, { ...doc, index, total }, document, index);
  }
}

/** How many results a document will have. */
function countResults(document: SingleRead | Container): number {
  if ("kind" in document) return Math.max(1, document.parts.length);
  return document.ok && document.value.kind === "notes" ? document.value.notes.length : 1;
}

async function processPart(ports: Ports, line: Line, container: Container): Promise<void> {
  const part = container.parts[line.index];
  if (part === undefined) return recordOnly(ports, line, emptyResult(line.file, container));
  const file = partFile(line.file, part);
  const opened = await readPart(ports, part, new LimitCounter(BATCH_LIMITS), line.options.signal);
  if (!opened.ok) {
    ports.meter.count("nfe_refusals_total", { code: opened.error.code });
    const failure = opened.error;
    return recordOnly(ports, line, { file, outcome: "rejected", accessKey: null, failure });
  }
  const { original, read } = opened.value;
  await processOrRefuse(ports, { ...line, file, original }, read, 0);
}

async function processOrRefuse(
  ports: Ports,
  line: Line,
  read: SingleRead,
  note: number,
): Promise<void> {
  try {
    await processOne(ports, line, read, note);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await refuse(ports, line, error);
  }
}

/** Whether a failure is a final refusal of the document; anything else is transient. */
const isRefusal = (error: unknown): error is Failed =>
  error instanceof Failed && /^(?:nfe|stock|product)\./.test(error.failure.code);

async function processOne(ports: Ports, line: Line, read: SingleRead, note: number): Promise<void> {
  if (!read.ok) {
    const ignored = ignoredResult(line.file, read.error);
    if (ignored === null) throw new Failed(read.error);
    return recordOnly(ports, line, ignored);
  }
  if (read.value.kind === "event") return processEvent(ports, line, read.value.event);
  const found = read.value.notes[note];
  if (found === undefined) throw new RangeError("a document has lost a note");
  await processNote(ports, line, found);
}

async function processNote(
  ports: Ports,
  line: Line,
  note: Result<Reading, NfeFailure>,
): Promise<void> {
  if (!note.ok) throw new Failed(note.error);
  const { ref, index, file, original, options } = line;
  const received = { reading: note.value, original };
  const receipt = await registerNote(ports, received, {
    ...options,
    along(receipt, guard) {
      const at = ports.clock.now();
      const record = recordResult(ref, index, noteResult(file, receipt), at, guard);
      return [
        markJobRunning(ref.company, ref.job, at),
        record,
        ...(isReadyForApproval(receipt) ? [] : ending(line, at)),
      ];
    },
  });
  if (isReadyForApproval(receipt)) await approveAndEnd(ports, line, receipt);
}

/** Registering an event is idempotent, so its result may be written in a later commit. */
async function processEvent(ports: Ports, line: Line, event: NfeEvent): Promise<void> {
  const { file, original, options } = line;
  const receipt = await registerEvent(ports, { event, original }, options);
  await recordOnly(ports, line, { file, outcome: "event", event: receipt });
}

/** Writes a result that needs no other statement, and finishes the item after its last one. */
async function recordOnly(
  ports: Pick<Ports, "writer" | "clock">,
  line: Line,
  result: BatchResult,
): Promise<void> {
  const { ref, index } = line;
  const at = ports.clock.now();
  await write(ports, [
    markJobRunning(ref.company, ref.job, at),
    recordResult(ref, index, result, at, ALWAYS),
    ...ending(line, at),
  ]);
}

/** Approves a note that is registered and has no result yet, and records it; refused, it has the result of its registration. */
async function approveAndEnd(ports: Ports, line: Line, completed: NoteReceipt): Promise<void> {
  const { ref, index, file, options } = line;
  const approved = await approveCompleted(ports, completed, options).catch((error) => {
    if (isRefusal(error)) return completed;
    throw error;
  });
  await write(ports, [
    replaceResult(ref, index, noteResult(file, approved)),
    ...ending(line, ports.clock.now()),
  ]);
}

async function refuse(ports: Ports, line: Line, error: Failed): Promise<void> {
  const { ref, index, total, file, original, options } = line;
  const at = ports.clock.now();
  ports.meter.count("nfe_refusals_total", { code: error.failure.code });
  await write(ports, [
    markJobRunning(ref.company, ref.job, at),
    refusalLine(error, original, options.cause, at, itemAwaitsResult(ref, index)),
    recordResult(ref, index, refusalResult(file, error), at, ALWAYS),
    ...(total === 1 && isKnown(error) ? [expireOriginalNow(ref.company, original.sha256, at)] : []),
    ...ending(line, at),
  ]);
}

/** The note is registered already, with the same content. A document that differs is kept for 30 days, to be compared. */
const isKnown = ({ failure }: Failed): boolean =>
  failure.code === "nfe.duplicate" && !("differs" in failure && failure.differs === true);

/** The statements that finish the item and its job, after the last result. */
const ending = ({ ref, index, total }: Line, at: number): Statement[] =>
  index + 1 < total ? [] : [finishItem(ref, total), ...endBatch(ref.company, ref.job, at)];

const write = (ports: Pick<Ports, "writer">, statements: readonly Statement[]): Promise<void> =>
  commitStatements(ports.writer, statements);
