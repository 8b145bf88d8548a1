import { basename } from "node:path";
import { refusalOfOne, type Service } from "../service/service-client.ts";
import { batchesOf, type FoundFile, isReadable } from "./find-files.ts";
import { type BatchAnswer, detailed, sendBatch } from "./send-batch.ts";

export interface ImportOptions {
  /** Undefined: the company's setting `auto_approve`. */
  readonly approve?: boolean | undefined;
  /** Writes nothing; the answer says what would happen. */
  readonly dryRun: boolean;
  /** Requests at a time. */
  readonly parallel: number;
}

/** A document that was rejected or is held, and why (Portuguese). */
export interface RejectedFile {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/** The results of an import. */
export interface ImportTally {
  /**
   * Documents by their outcome, as the summary names it: registered, approved, completed,
   * duplicate, rejected, events, ignored.
   */
  readonly counts: Readonly<Record<string, number>>;
  readonly rejected: readonly RejectedFile[];
  /** Notes with holds: a person must approve them. */
  readonly waiting: readonly RejectedFile[];
}

/** A larger file is not sent: the API accepts no document and no batch of this size. */
export const MAX_BYTES = 50 << 20;

/**
 * Sends files to the service, `parallel` requests at a time, and counts their outcomes. Calls `advance` with the number of files of
 * each finished request. A refused request counts as rejected files; a 401, a 403 or a network failure after all retries is
 * thrown.
 */
export async function importFiles(
  service: Service,
  files: readonly FoundFile[],
  options: ImportOptions,
  advance: (files: number) => void = () => undefined,
): Promise<ImportTally> {
  const tally = new TallyCounter();
  const waiting = batchesOf(files);
  const work = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      await send(service, options, batch, tally);
      advance(batch.length);
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  return tally;
}

async function send(
  service: Service,
  options: ImportOptions,
  found: readonly FoundFile[],
  tally: TallyCounter,
) {
  const batch = await readableFiles(found, tally);
  const [first] = batch;
  if (first === undefined) return;
  if (first.size > MAX_BYTES) {
    for (const { path: file } of batch)
      tally.refuse({ file, code: "too_large", message: "O arquivo excede 50 MB" });
    return;
  }
  const form = new FormData();
  // The blob reads the file when the request is sent, and again for each retry.
  for (const { path: file } of batch) form.append("files", Bun.file(file), basename(file));
  try {
    tally.add(await sendBatch(service, options, form), batch);
  } catch (error) {
    const { code, message } = refusalOfOne(error);
    for (const { path: file } of batch) tally.refuse({ file, code, message });
  }
}

/** The files that can still be read; one that was removed since it was found does not fail the others of its request. */
async function readableFiles(
  found: readonly FoundFile[],
  tally: TallyCounter,
): Promise<FoundFile[]> {
  const there: FoundFile[] = [];
  for (const file of found)
    if (await isReadable(file.path)) there.push(file);
    else
      tally.refuse({
        file: file.path,
        code: "unreadable",
        message: "Não é mais possível ler este arquivo",
      });
  return there;
}

class TallyCounter implements ImportTally {
  readonly counts: Record<string, number> = {};
  readonly rejected: RejectedFile[] = [];
  readonly waiting: RejectedFile[] = [];

  refuse(one: RejectedFile): void {
    this.counts.rejected = (this.counts.rejected ?? 0) + 1;
    this.rejected.push(one);
  }

  add({ summary, results }: BatchAnswer, batch: readonly FoundFile[]): void {
    for (const [name, count] of Object.entries(summary))
      this.counts[name] = (this.counts[name] ?? 0) + count;
    const name = namesIn(batch, results.length);
    for (const [n, result] of results.entries()) {
      const file = name(n, result.file);
      const { code, holds } = result;
      if (result.outcome === "rejected")
        this.rejected.push({ file, code: code ?? "", message: detailed(result) });
      else if (holds.length > 0)
        this.waiting.push({
          file,
          code: holds.map((hold) => hold.code).join(", "),
          message: holds.map((hold) => hold.message).join(" "),
        });
    }
  }
}

/**
 * The name of the nth result: the file's path if each file has one result, else the service's name
 * for it, below its archive.
 */
function namesIn(
  batch: readonly FoundFile[],
  results: number,
): (n: number, file: string) => string {
  const [first] = batch;
  const archive = first?.zip === true ? basename(first.path) : null;
  if (archive !== null)
    return (_, file) => (file.startsWith(archive) ? file : `${archive}/${file}`);
  return (n, file) => (results === batch.length ? (batch[n]?.path ?? file) : file);
}
