import { trusted } from "../../lib/cast.ts";
import { Failed, ok } from "../../lib/result.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import {
  isNamedWinmail,
  isNamedXml,
  isNamedZip,
  isNonDocumentName,
  shownName,
} from "./file-name.ts";
import { FORMAT_SAY, formatOf, HEAD_BYTES } from "./format.ts";
import { LimitCounter } from "./limit-counter.ts";
import { BATCH_LIMITS, type BatchLimits } from "./limits.ts";
import type { UploadEntry } from "./upload-entry.ts";
import { listZip } from "./zip.ts";

/** A file as a request carries it: an XML, a ZIP of XMLs, or something else. */
export interface SentFile {
  /** As the sender wrote it; null: the body itself. */
  readonly name: string | null;
  readonly blob: Blob;
}

/**
 * Lists what a request carries, in the order sent; the entries of a ZIP in that of its central directory.
 * Every limit is held before the first document is given out: by the sizes that the central directories declare, and an entry
 * that inflates to more than it declared is `rejected` by itself when it is read.
 * Fails with `batch.too_large`, and with `batch.malformed_zip` when one broken ZIP is all that was sent; one of several is
 * `rejected` and its neighbours are not touched.
 */
export async function unpack(
  files: readonly SentFile[],
  limits: BatchLimits = BATCH_LIMITS,
  signal?: AbortSignal,
): Promise<UploadEntry[]> {
  const tally = new LimitCounter(limits);
  const pieces: UploadEntry[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    tally.countEntry();
    const found = await piecesOf(file, files.length === 1, tally, signal);
    for (const piece of found) pieces.push(piece);
  }
  return pieces;
}

/**
 * The same for files that come without anybody who could be told to send less: one that passes a limit, or is broken, is
 * `rejected` by itself, and its neighbours are not touched.
 */
export async function unpackEach(
  files: readonly SentFile[],
  limits: BatchLimits = BATCH_LIMITS,
  signal?: AbortSignal,
): Promise<UploadEntry[]> {
  const tally = new LimitCounter(limits);
  const pieces: UploadEntry[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    const takeBack = tally.snapshot();
    try {
      tally.countEntry();
      for (const piece of await piecesOf(file, false, tally, signal)) pieces.push(piece);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      takeBack();
      // Whatever is thrown below here is a failure of ingest's own.
      const failure = trusted<IngestFailure>(error.failure);
      pieces.push({ kind: "rejected", file: shownName(file.name ?? "") ?? "(sem nome)", failure });
    }
  }
  return pieces;
}

async function piecesOf(
  { name, blob }: SentFile,
  alone: boolean,
  tally: LimitCounter,
  signal?: AbortSignal,
): Promise<UploadEntry[]> {
  const shown = name === null ? null : shownName(name);
  const file = shown ?? "(sem nome)";
  const format = formatOf(new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer()));
  if (format === "zip" || isNamedZip(file)) {
    const listed = await listZip(blob, shown, tally, signal);
    if (listed.ok) return listed.value;
    if (alone) throw new Failed(listed.error);
    return [{ kind: "rejected", file, failure: listed.error }];
  }
  if (format === "tnef" || isNamedWinmail(file))
    return [{ kind: "rejected", file, failure: { code: "batch.winmail" } }];
  const text = format === "xml" || format === "empty";
  if (isNonDocumentName(file) || !(text || isNamedXml(file)))
    return [{ kind: "ignored", file, why: `O arquivo não é uma nota: é ${FORMAT_SAY[format]}` }];
  if (blob.size > tally.limits.entryBytes)
    return [
      {
        kind: "rejected",
        file,
        failure: { code: "too_large", maxBytes: tally.limits.entryBytes, bytes: blob.size },
      },
    ];
  tally.countDocument(blob.size, blob.size);
  return [
    { kind: "document", file, bytes: async () => ok(new Uint8Array(await blob.arrayBuffer())) },
  ];
}
