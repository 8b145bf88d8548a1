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

/** A file of a request: an XML, a ZIP of XMLs, or something else. */
export interface SentFile {
  /** As the sender wrote it; null: the file is the request's body. */
  readonly name: string | null;
  readonly blob: Blob;
}

/**
 * Lists the documents of a request in the order sent; the entries of a ZIP in the order of its central directory.
 * All limits are checked before the first document is returned, by the sizes that the central directories declare; an entry
 * that inflates to more than it declared is rejected alone when it is read.
 * Fails with `batch.too_large`, and with `batch.malformed_zip` when the only file is a broken ZIP; a broken ZIP among other
 * files is `rejected` alone.
 */
export const unpack = (
  files: readonly SentFile[],
  limits: BatchLimits = BATCH_LIMITS,
  signal?: AbortSignal,
): Promise<UploadEntry[]> =>
  unpackFiles(files, new LimitCounter(limits), files.length === 1, rethrow, signal);

/**
 * The same for files whose sender gets no answer (mail): a file that is broken or exceeds a limit is `rejected` alone. Never
 * fails.
 */
export const unpackEach = (
  files: readonly SentFile[],
  limits: BatchLimits = BATCH_LIMITS,
  signal?: AbortSignal,
): Promise<UploadEntry[]> =>
  unpackFiles(files, new LimitCounter(limits), false, rejectFile, signal);

/** `failed`: the entry of a file that has failed; may throw. */
async function unpackFiles(
  files: readonly SentFile[],
  counter: LimitCounter,
  alone: boolean,
  failed: (file: SentFile, error: Failed) => UploadEntry,
  signal?: AbortSignal,
): Promise<UploadEntry[]> {
  const entries: UploadEntry[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    const restore = counter.snapshot();
    try {
      counter.countEntry();
      for (const entry of await entriesOf(file, alone, counter, signal)) entries.push(entry);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      restore();
      entries.push(failed(file, error));
    }
  }
  return entries;
}

function rethrow(_: SentFile, error: Failed): never {
  throw error;
}

const rejectFile = ({ name }: SentFile, { failure }: Failed): UploadEntry => ({
  kind: "rejected",
  file: shownName(name ?? "") ?? "(sem nome)",
  // All failures that unpacking throws are those of ingest.
  failure: trusted<IngestFailure>(failure),
});

async function entriesOf(
  { name, blob }: SentFile,
  alone: boolean,
  counter: LimitCounter,
  signal?: AbortSignal,
): Promise<UploadEntry[]> {
  const shown = name === null ? null : shownName(name);
  const file = shown ?? "(sem nome)";
  const format = formatOf(new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer()));
  if (format === "zip" || isNamedZip(file)) {
    const listed = await listZip(blob, shown, counter, signal);
    if (listed.ok) return listed.value;
    if (alone) throw new Failed(listed.error);
    return [{ kind: "rejected", file, failure: listed.error }];
  }
  if (format === "tnef" || isNamedWinmail(file))
    return [{ kind: "rejected", file, failure: { code: "batch.winmail" } }];
  const text = format === "xml" || format === "empty";
  if (isNonDocumentName(file) || !(text || isNamedXml(file)))
    return [{ kind: "ignored", file, why: `O arquivo não é uma nota: é ${FORMAT_SAY[format]}` }];
  if (blob.size > counter.limits.entryBytes)
    return [
      {
        kind: "rejected",
        file,
        failure: { code: "too_large", maxBytes: counter.limits.entryBytes, bytes: blob.size },
      },
    ];
  counter.countDocument(blob.size, blob.size);
  const bytes = async () => ok(new Uint8Array(await blob.arrayBuffer()));
  return [{ kind: "document", file, size: blob.size, bytes }];
}
