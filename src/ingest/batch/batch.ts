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
  /** Nothing is written; the results say what would happen. */
  readonly dryRun: boolean;
  /** Most notes that the whole batch may hold (an enviNFe holds up to 50). */
  readonly maxNotes: number;
}

/**
 * Receives many documents, at most BATCH_CONCURRENCY in work at a time, and answers for each in the order sent. One bad
 * document never spoils its neighbours. Documents under one key take their turn in the order sent, so that the first is
 * the one registered. Rejects only when the signal aborts.
 */
export async function receiveBatch(
  ports: Ports,
  pieces: readonly UploadEntry[],
  options: BatchOptions,
): Promise<BatchResult[]> {
  const turns = new KeySequencer();
  const work: Work = { ...options, rehearsal: options.dryRun ? new DryRun() : null };
  let notes = 0;
  const results = await pMap(
    pieces,
    async (piece, i): Promise<BatchResult[]> => {
      const turn = turns.enter(i);
      try {
        if (piece.kind === "ignored")
          return [{ file: piece.file, outcome: "ignored", why: piece.why }];
        if (piece.kind === "rejected") return [rejectedUnread(ports, piece.file, piece.failure)];
        const inflated = await piece.bytes(options.signal);
        if (!inflated.ok) return [rejectedUnread(ports, piece.file, inflated.error)];
        const sent: SentDocument = {
          name: piece.file,
          original: await originalFrom(inflated.value),
          async again() {
            const bytes = await piece.bytes(options.signal);
            return bytes.ok ? bytes.value : null;
          },
        };
        const read = await readWithin(ports, sent.original.bytes, options);
        const held = read.ok && read.value.kind === "notes" ? read.value.notes.length : 1;
        notes += held;
        const tooMany: IngestFailure = {
          code: "batch.too_large",
          what: "documents",
          limit: options.maxNotes,
          got: notes,
        };
        const document = notes > options.maxNotes ? err(tooMany) : read;
        await turn.begin(keysOf(document));
        return await keepDocument(ports, sent, document, work);
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
  /** The bytes once more, read or inflated anew. */
  readonly again: () => Promise<Uint8Array<ArrayBuffer> | null>;
}

interface Work extends BatchOptions {
  /** Null: it is no rehearsal. */
  readonly rehearsal: DryRun | null;
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

/** Reads a document; what the world refuses (a full pool) is this document's failure alone. */
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

async function keepDocument(
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
          options.rehearsal === null
            ? await registerEvent(ports, received, options)
            : await options.rehearsal.event(ports, received, options),
      })),
    ];
  }
  const results: BatchResult[] = [];
  for (const note of document.notes)
    results.push(await attempt(ports, sent, options, () => keepOne(ports, sent, note, options)));
  return results;
}

async function keepOne(
  ports: Ports,
  sent: SentDocument,
  note: Result<Reading, NfeFailure>,
  options: Work,
): Promise<BatchResult> {
  if (!note.ok) throw new Failed(note.error);
  const received = { reading: note.value, original: sent.original };
  const receipt =
    options.rehearsal === null
      ? await registerAndApprove(ports, received, options)
      : await options.rehearsal.note(ports, received, options, sent.again);
  return noteResult(sent.name, receipt);
}

/** Runs one document's flow; a failure becomes its result, an abort goes on up. */
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
