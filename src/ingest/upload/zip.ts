import {
  BlobReader,
  configure,
  ERR_ENCRYPTED_CENTRAL_DIRECTORY,
  ERR_SPLIT_ZIP_FILE,
  ERR_UNSUPPORTED_COMPRESSION,
  type FileEntry,
  type Reader,
  ZipReader,
} from "@zip.js/zip.js/lib/zip-core-custom.js";
import { err, Failed, ok, type Result } from "../../lib/result.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { isNamedXml, isNamedZip, isNonDocumentName, shownName } from "./file-name.ts";
import { FORMAT_SAY, formatOf, HEAD_BYTES } from "./format.ts";
import type { LimitCounter } from "./limit-counter.ts";
import type { UploadEntry } from "./upload-entry.ts";
import { fromCp850 } from "./zip-names.ts";
import { findContradiction } from "./zip-structure.ts";

// Small chunks: one is inflated as a whole, up to a thousand times larger, before the size can be checked.
configure({ useWebWorkers: false, chunkSize: 16_384 });

/** Names are shown and never used as paths, so no name makes an archive invalid. The CRC detects damaged entries. */
const OPTIONS = {
  filenameValidation: "tolerant",
  checkCrc32: true,
  // Called for names that are not marked as UTF-8, are not UTF-8, and have no Unicode extra field.
  decodeText: (name: Uint8Array, encoding: string) =>
    encoding === "utf-8" ? undefined : fromCp850(name),
} as const;

/**
 * Lists the entries of a ZIP in the order of its central directory. Only the first KiB is inflated, and only of entries whose
 * names do not show their format. `prefix`: the shown name of the ZIP, put before the names of its entries.
 * Fails with `batch.malformed_zip`, also for a ZIP that contradicts itself (zip-structure.ts); throws `batch.too_large` when
 * `counter` exceeds a limit.
 */
export async function listZip(
  zip: Blob | Reader<unknown>,
  prefix: string | null,
  counter: LimitCounter,
  signal?: AbortSignal,
): Promise<Result<UploadEntry[], Extract<IngestFailure, { code: "batch.malformed_zip" }>>> {
  const entries: UploadEntry[] = [];
  try {
    const reader = zip instanceof Blob ? new BlobReader(zip) : zip;
    for await (const entry of new ZipReader(reader, OPTIONS).getEntriesGenerator()) {
      signal?.throwIfAborted();
      counter.countEntry();
      const name = shownName(entry.filename) ?? "(sem nome)";
      const file = prefix === null ? name : `${prefix}/${name}`;
      entries.push(
        entry.directory
          ? { kind: "ignored", file, why: "É uma pasta" }
          : await uploadEntryOf(entry, file, name, counter, signal),
      );
    }
    const wrong = await findContradiction(reader, signal);
    return wrong === null ? ok(entries) : err({ code: "batch.malformed_zip", why: wrong });
  } catch (error) {
    if (error instanceof Failed || signal?.aborted === true) throw error;
    return err({ code: "batch.malformed_zip", why: whyBroken(error) });
  }
}

async function uploadEntryOf(
  entry: FileEntry,
  file: string,
  name: string,
  counter: LimitCounter,
  signal?: AbortSignal,
): Promise<UploadEntry> {
  if (isNonDocumentName(entry.filename))
    return { kind: "ignored", file, why: "O arquivo não é uma nota" };
  if (entry.encrypted) return unreadable(file, "encrypted");
  if (isNamedZip(name)) return unreadable(file, "nested_zip");
  const { compressedSize, uncompressedSize } = entry;
  counter.checkEntry(compressedSize, uncompressedSize);
  if (!isNamedXml(name)) {
    const head = await inflateHead(entry, signal);
    if (!head.ok) return { kind: "rejected", file, failure: head.error };
    const format = formatOf(head.value);
    if (format === "zip") return unreadable(file, "nested_zip");
    if (format === "tnef") return { kind: "rejected", file, failure: { code: "batch.winmail" } };
    if (format !== "xml")
      return { kind: "ignored", file, why: `O arquivo não é uma nota: é ${FORMAT_SAY[format]}` };
  }
  counter.countDocument(compressedSize, uncompressedSize);
  const bytes = (asked?: AbortSignal) => inflate(entry, uncompressedSize, asked);
  return { kind: "document", file, size: uncompressedSize, bytes };
}

type Unreadable = Extract<IngestFailure, { code: "batch.unreadable_entry" }>;

const unreadable = (file: string, why: Unreadable["why"]): UploadEntry => ({
  kind: "rejected",
  file,
  failure: { code: "batch.unreadable_entry", why },
});

/** Inflates the first KiB only. */
async function inflateHead(
  entry: FileEntry,
  signal?: AbortSignal,
): Promise<Result<Uint8Array<ArrayBuffer>, Unreadable>> {
  const head = new Uint8Array(Math.min(HEAD_BYTES, entry.uncompressedSize));
  let at = 0;
  const enough = new Error("enough");
  const inflated = await inflateInto(
    entry,
    (chunk) => {
      const part = chunk.subarray(0, head.length - at);
      head.set(part, at);
      at += part.length;
      if (at === head.length) throw enough;
    },
    signal,
  );
  return at === head.length ? ok(head) : inflated.ok ? err(CORRUPT) : inflated;
}

/** Inflates a document; one of another size than its entry declares is corrupt. */
async function inflate(
  entry: FileEntry,
  size: number,
  signal?: AbortSignal,
): Promise<Result<Uint8Array<ArrayBuffer>, Unreadable>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  const inflated = await inflateInto(
    entry,
    (chunk) => {
      if (at + chunk.length > size) throw new Error("larger than declared");
      bytes.set(chunk, at);
      at += chunk.length;
    },
    signal,
  );
  if (!inflated.ok) return inflated;
  return at === size ? ok(bytes) : err(CORRUPT);
}

const CORRUPT: Unreadable = { code: "batch.unreadable_entry", why: "corrupt" };

/** Inflates into `write`, which throws to stop. Rejects only when aborted. */
async function inflateInto(
  entry: FileEntry,
  write: (chunk: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<Result<null, Unreadable>> {
  try {
    const sink = new WritableStream<Uint8Array>({ write });
    await entry.getData(sink, { ...OPTIONS, ...(signal === undefined ? {} : { signal }) });
    return ok(null);
  } catch (error) {
    signal?.throwIfAborted();
    const unsupported = error instanceof Error && error.message === ERR_UNSUPPORTED_COMPRESSION;
    return err(unsupported ? { code: "batch.unreadable_entry", why: "unsupported" } : CORRUPT);
  }
}

const WHY_BROKEN: Record<string, string> = {
  [ERR_ENCRYPTED_CENTRAL_DIRECTORY]: "o ZIP está criptografado",
  [ERR_SPLIT_ZIP_FILE]: "falta uma das partes do arquivo dividido",
};

const whyBroken = (error: unknown): string =>
  (error instanceof Error ? WHY_BROKEN[error.message] : undefined) ??
  "está truncado ou não é um ZIP; envie-o de novo";
