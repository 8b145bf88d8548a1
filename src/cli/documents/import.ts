import { basename } from "node:path";
import { z } from "zod";
import { RequestRefused, readAs, type Service } from "../service/service-client.ts";
import { batchesOf, type FoundFile, isReadable } from "./find-files.ts";

/** The fields of the answer of `POST /api/nfe/batch` that are used (docs/api.md). */
const BatchAnswer = z.object({
  summary: z.record(z.string(), z.number()),
  results: z.array(
    z.object({
      file: z.string(),
      outcome: z.string(),
      code: z.string().nullish(),
      message: z.string().nullish(),
      holds: z.array(z.object({ code: z.string(), message: z.string() })).default([]),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
    }),
  ),
});

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
const MAX_BYTES = 50 << 20;

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
  const path = pathOf(options);
  const work = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      await send(service, path, batch, tally);
      advance(batch.length);
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  return tally;
}

function pathOf({ approve, dryRun }: ImportOptions): string {
  const query = new URLSearchParams();
  if (approve !== undefined) query.set("approve", String(approve));
  if (dryRun) query.set("dry_run", "true");
  return query.size === 0 ? "/api/nfe/batch" : `/api/nfe/batch?${query}`;
}

async function send(
  service: Service,
  path: string,
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
    const answer = await service.ask(path, { method: "POST", body: form });
    tally.add(await readAs(BatchAnswer, answer), batch);
  } catch (error) {
    if (!(error instanceof RequestRefused) || error.status === 401 || error.status === 403)
      throw error;
    for (const { path: file } of batch)
      tally.refuse({ file, code: error.code, message: error.message });
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

  add({ summary, results }: z.infer<typeof BatchAnswer>, batch: readonly FoundFile[]): void {
    for (const [name, count] of Object.entries(summary))
      this.counts[name] = (this.counts[name] ?? 0) + count;
    const name = namesIn(batch, results.length);
    for (const [n, result] of results.entries()) {
      const file = name(n, result.file);
      const { code, message, holds, errors } = result;
      if (result.outcome === "rejected")
        this.rejected.push({ file, code: code ?? "", message: detailed(message ?? "", errors) });
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

/** The message with the first wrong field, and how many more there are. */
function detailed(message: string, errors: readonly { path: string; message: string }[]): string {
  const [first, ...more] = errors;
  if (first === undefined) return message;
  const rest = more.length === 0 ? "" : ` (e mais ${more.length})`;
  return `${message}: ${first.path}: ${first.message}${rest}`;
}
