import pMap from "p-map";
import { type Original, originalFrom } from "../../lib/original.ts";
import { err, Failed, type Result } from "../../lib/result.ts";
import type { Document, Reading } from "../../nfe/document.ts";
import type { NfeFailure } from "../../nfe/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import { registerEvent } from "../event/register-event.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import { DryRun } from "../receive/dry-run.ts";
import { auditRefusal } from "../receive/receive.ts";
import { registerAndApprove } from "../receive/register-and-approve.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { type BatchResult, ignoredResult, noteResult, refusalResult } from "./batch-result.ts";
import { KeySequencer } from "./key-sequencer.ts";

export interface BatchOptions extends RegisterOptions {
  /** Nothing is written; the results are those that an upload would have. */
  readonly dryRun: boolean;
  /** Most notes of the whole batch (an enviNFe has up to 50). */
  readonly maxNotes: number;
}

/**
 * Receives many documents, at most BATCH_CONCURRENCY at a time; returns their results in the order sent. A document that fails
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
  let notes = 0;
  const results = await pMap(
    entries,
    async (entry, i): Promise<BatchResult[]> => {
      const turn = sequencer.enter(i);
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
        const found = read.ok && read.value.kind === "notes" ? read.value.notes.length : 1;
        notes += found;
        const tooMany: IngestFailure = {
          code: "batch.too_large",
          what: "documents",
          limit: options.maxNotes,
          got: notes,
        };
        const document = notes > options.maxNotes ? err(tooMany) : read;
        await turn.begin(keysOf(document));
        return await registerContent(ports, sent, document, work);
      } finally {
        turn.end();
      }
    },
    {
      concurrency: ports.config.BATCH_CONCURRENCY,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  return results.flat();
}

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
  failure: IngestFailure,
): BatchResult {
  ports.meter.count("nfe_refusals_total", { code: failure.code });
  return { file, outcome: "rejected", accessKey: null, failure };
}

type Read = Result<Document, { code: string }>;

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

function keysOf(read: Read): string[] {
  if (!read.ok) return [];
  if (read.value.kind === "event") return [read.value.event.accessKey];
  return read.value.notes.flatMap((note) => (note.ok ? [note.value.note.accessKey] : []));
}

async function registerContent(
  ports: Ports,
  sent: SentDocument,
  read: Read,
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
