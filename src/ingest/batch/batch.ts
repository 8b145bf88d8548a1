import pMap from "p-map";
import { type Original, originalFrom } from "../../lib/original.ts";
import { err, Failed, type Result } from "../../lib/result.ts";
import type { Container, Document, Part, Reading } from "../../nfe/document.ts";
import type { NfeFailure } from "../../nfe/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import { fewAtOnce } from "../../resilience/policies.ts";
import { registerEvent } from "../event/register-event.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import { DryRun } from "../receive/dry-run.ts";
import { auditRefusal } from "../receive/receive.ts";
import { registerAndApprove } from "../receive/register-and-approve.ts";
import { LimitCounter } from "../upload/limit-counter.ts";
import { BATCH_LIMITS } from "../upload/limits.ts";
import { openPart } from "../upload/open-part.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import {
  type BatchResult,
  emptyResult,
  ignoredResult,
  noteResult,
  refusalResult,
} from "./batch-result.ts";
import {
  type ListedPart,
  listParts,
  partFile,
  readPart,
  type SingleDocument,
  singleOrContainer,
} from "./container-parts.ts";
import { KeySequencer } from "./key-sequencer.ts";

export interface BatchOptions extends RegisterOptions {
  /** Nothing is written; the results are those that an upload would have. */
  readonly dryRun: boolean;
  /** Most notes of the whole batch (an enviNFe has up to 50). */
  readonly maxNotes: number;
}

/** Of the documents that threads read, how many are in work at a time: each may be of 10 MiB. */
const LARGE_AT_ONCE = 5;

/**
 * Receives many documents, at most BATCH_CONCURRENCY at a time, of large ones LARGE_AT_ONCE; returns their results in the order sent. A document that fails
 * does not affect the others. Documents of one access key are processed in the order sent, so that the first one is registered.
 * Rejects only when the signal aborts.
 */
export async function receiveBatch(
  ports: Ports,
  entries: readonly UploadEntry[],
  options: BatchOptions,
): Promise<BatchResult[]> {
  const sequencer = new KeySequencer();
  const work: Work = { ...options, simulation: options.dryRun ? new DryRun() : null };
  const counter = new LimitCounter(BATCH_LIMITS);
  let notes = 0;
  const large = fewAtOnce(LARGE_AT_ONCE);
  const isLarge = (entry: UploadEntry) =>
    entry.kind === "document" && entry.size > ports.config.PARSE_INLINE_BYTES;
  const receive = async (entry: UploadEntry, turn: Turn): Promise<BatchResult[]> => {
    try {
      if (entry.kind === "ignored")
        return [{ file: entry.file, outcome: "ignored", why: entry.why }];
      if (entry.kind === "rejected") return [rejectedUnread(ports, entry.file, entry.failure)];
      const inflated = await entry.bytes(options.signal);
      if (!inflated.ok) return [rejectedUnread(ports, entry.file, inflated.error)];
      const sent: SentDocument = {
        name: entry.file,
        original: await originalFrom(inflated.value),
        async readAgain() {
          const bytes = await entry.bytes(options.signal);
          return bytes.ok ? bytes.value : null;
        },
      };
      const read = await readWithin(ports, sent.original.bytes, options);
      const found = documentsIn(read);
      const got = notes + found;
      const fits = got <= options.maxNotes;
      // A document that is refused uses none of the limit of the others.
      if (fits) notes = got;
      const document = singleOrContainer<{ code: string }>(
        fits ? read : err(tooMany(options.maxNotes, got)),
      );
      if ("kind" in document) {
        const parts = await listParts(document, counter, options.signal);
        await turn.begin(parts.flatMap(({ hint }) => hint ?? []));
        return await registerParts(ports, sent.name, document, parts, work);
      }
      await turn.begin(keysOf(document));
      return await registerContent(ports, sent, document, work);
    } finally {
      turn.end();
    }
  };
  const results = await pMap(
    entries,
    (entry, i) => {
      const turn = sequencer.enter(i);
      // They get their places in the order sent, as their turns: none waits for one that waits for its place.
      return isLarge(entry) ? large(() => receive(entry, turn)) : receive(entry, turn);
    },
    {
      concurrency: ports.config.BATCH_CONCURRENCY,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  return results.flat();
}

type Turn = ReturnType<KeySequencer["enter"]>;

const tooMany = (limit: number, got: number): IngestFailure => ({
  code: "batch.too_large",
  what: "documents",
  limit,
  got,
});

interface SentDocument {
  readonly name: string;
  readonly original: Original;
  /** Reads or inflates the bytes again. */
  readonly readAgain: () => Promise<Uint8Array<ArrayBuffer> | null>;
}

interface Work extends BatchOptions {
  /** Null: not a dry run. */
  readonly simulation: DryRun | null;
}

function rejectedUnread(
  ports: Pick<Ports, "meter">,
  file: string,
  failure: { readonly code: string },
): BatchResult {
  ports.meter.count("nfe_refusals_total", { code: failure.code });
  return { file, outcome: "rejected", accessKey: null, failure };
}

type Read = Result<Document, { code: string }>;
type SingleRead = Result<SingleDocument, { code: string }>;

/** Reads a document; a failure of the platform (a full pool of threads) fails only this document. */
async function readWithin(
  ports: Pick<Ports, "documents">,
  bytes: Uint8Array<ArrayBuffer>,
  options: BatchOptions,
): Promise<Read> {
  try {
    return await ports.documents.read(bytes, options.signal);
  } catch (error) {
    if (error instanceof Failed) return err(error.failure);
    throw error;
  }
}

function documentsIn(read: Read): number {
  if (!read.ok || read.value.kind === "event") return 1;
  const { length } = read.value.kind === "container" ? read.value.parts : read.value.notes;
  return length;
}

function keysOf(read: SingleRead): string[] {
  if (!read.ok) return [];
  if (read.value.kind === "event") return [read.value.event.accessKey];
  return read.value.notes.flatMap((note) => (note.ok ? [note.value.note.accessKey] : []));
}

/** Registers the documents of a container, one after another: they are inflated again, so that one is in memory. */
async function registerParts(
  ports: Ports,
  container: string,
  opened: Container,
  parts: readonly ListedPart[],
  options: Work,
): Promise<BatchResult[]> {
  if (parts.length === 0) return [emptyResult(container, opened)];
  const results: BatchResult[] = [];
  for (const { part, failure } of parts) {
    options.signal?.throwIfAborted();
    const name = partFile(container, part);
    const read = failure === null ? await readPartWithin(ports, part, options) : err(failure);
    if (!read.ok) {
      results.push(rejectedUnread(ports, name, read.error));
      continue;
    }
    const { original } = read.value;
    const readAgain = async () => {
      const bytes = await openPart(part, new LimitCounter(BATCH_LIMITS), options.signal);
      return bytes.ok ? bytes.value : null;
    };
    const sent = { name, original, readAgain };
    results.push(...(await registerContent(ports, sent, read.value.read, options)));
  }
  return results;
}

/** Reads a document of a container; a failure of the platform fails only this document. */
async function readPartWithin(ports: Ports, part: Part, { signal }: Work) {
  try {
    return await readPart(ports, part, new LimitCounter(BATCH_LIMITS), signal);
  } catch (error) {
    if (error instanceof Failed) return err(error.failure);
    throw error;
  }
}

async function registerContent(
  ports: Ports,
  sent: SentDocument,
  read: SingleRead,
  options: Work,
): Promise<BatchResult[]> {
  if (!read.ok)
    return [
      ignoredResult(sent.name, read.error) ??
        (await refused(ports, sent, new Failed(read.error), options)),
    ];
  const document = read.value;
  if (document.kind === "event") {
    const received = { event: document.event, original: sent.original };
    return [
      await attempt(ports, sent, options, async () => ({
        file: sent.name,
        outcome: "event",
        event:
          options.simulation === null
            ? await registerEvent(ports, received, options)
            : await options.simulation.event(ports, received, options),
      })),
    ];
  }
  const results: BatchResult[] = [];
  for (const note of document.notes)
    results.push(
      await attempt(ports, sent, options, () => registerOne(ports, sent, note, options)),
    );
  return results;
}

async function registerOne(
  ports: Ports,
  sent: SentDocument,
  note: Result<Reading, NfeFailure>,
  options: Work,
): Promise<BatchResult> {
  if (!note.ok) throw new Failed(note.error);
  const received = { reading: note.value, original: sent.original };
  const receipt =
    options.simulation === null
      ? await registerAndApprove(ports, received, options)
      : await options.simulation.note(ports, received, options, sent.readAgain);
  return noteResult(sent.name, receipt);
}

/** Runs one document's flow; a failure becomes its result, an abort is rethrown. */
async function attempt(
  ports: Ports,
  sent: SentDocument,
  options: BatchOptions,
  run: () => Promise<BatchResult>,
): Promise<BatchResult> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return refused(ports, sent, error, options);
  }
}

async function refused(
  ports: Ports,
  { name: file, original }: SentDocument,
  error: Failed,
  options: BatchOptions,
): Promise<BatchResult> {
  if (!options.dryRun) await auditRefusal(ports, error, original, options.cause);
  return refusalResult(file, error);
}
