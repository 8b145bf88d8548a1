import { basename } from "node:path";
import { z } from "zod";
import { batchesOf, type FoundFile, isReadable } from "./find-files.ts";
import { RequestRefused, readAs, type Service } from "./service-client.ts";

/** The answer of `POST /api/nfe/batch` (api.md), as far as it is used. */
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
  /** Undefined: as the company has decided (`auto_approve`). */
  readonly approve?: boolean | undefined;
  /** Changes nothing and says what would happen. */
  readonly dryRun: boolean;
  /** Requests on their way at a time. */
  readonly parallel: number;
}

/** A document that was not taken, and why (Portuguese). */
export interface RejectedFile {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/** What became of the documents. */
export interface ImportTally {
  /**
   * By the names of the summary: registered, approved, completed, duplicate, rejected, events,
   * ignored.
   */
  readonly counts: Readonly<Record<string, number>>;
  readonly rejected: readonly RejectedFile[];
  /** Notes that are held: they do not enter stock by themselves. */
  readonly waiting: readonly RejectedFile[];
}

/** Never to be sent: no document and no batch of the API may be as large. */
const MAX_BYTES = 50 << 20;

/**
 * Sends files to the service in bounded parallel and adds up what became of them. `advance` hears
 * of each file that is done. A refusal of one request is told of its files; one that concerns us
 * (401, 403) or the network, after its tries, is thrown.
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
    for (let parcel = waiting.shift(); parcel !== undefined; parcel = waiting.shift()) {
      await send(service, path, parcel, tally);
      advance(parcel.length);
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
  const parcel = await readableFiles(found, tally);
  const [first] = parcel;
  if (first === undefined) return;
  if (first.size > MAX_BYTES) {
    for (const { path: file } of parcel)
      tally.refuse({ file, code: "too_large", message: "O arquivo excede 50 MB" });
    return;
  }
  const form = new FormData();
  // The blob reads the file when it is sent, and again when it is sent again.
  for (const { path: file } of parcel) form.append("files", Bun.file(file), basename(file));
  try {
    const answer = await service.ask(path, { method: "POST", body: form });
    tally.add(await readAs(BatchAnswer, answer), parcel);
  } catch (error) {
    if (!(error instanceof RequestRefused) || error.status === 401 || error.status === 403)
      throw error;
    for (const { path: file } of parcel)
      tally.refuse({ file, code: error.code, message: error.message });
  }
}

/** The files that can still be read: one that went since it was found must not take its neighbours along. */
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

  add({ summary, results }: z.infer<typeof BatchAnswer>, parcel: readonly FoundFile[]): void {
    for (const [name, count] of Object.entries(summary))
      this.counts[name] = (this.counts[name] ?? 0) + count;
    const name = namesIn(parcel, results.length);
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
 * What to call the nth result: the path where each file has one, else as the service calls it, with
 * its archive.
 */
function namesIn(
  parcel: readonly FoundFile[],
  results: number,
): (n: number, file: string) => string {
  const [first] = parcel;
  const archive = first?.zip === true ? basename(first.path) : null;
  if (archive !== null)
    return (_, file) => (file.startsWith(archive) ? file : `${archive}/${file}`);
  return (n, file) => (results === parcel.length ? (parcel[n]?.path ?? file) : file);
}

/** The refusal with its first field that is wrong, and how many more there are. */
function detailed(message: string, errors: readonly { path: string; message: string }[]): string {
  const [first, ...more] = errors;
  if (first === undefined) return message;
  const rest = more.length === 0 ? "" : ` (e mais ${more.length})`;
  return `${message}: ${first.path}: ${first.message}${rest}`;
}
