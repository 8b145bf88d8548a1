import { open } from "node:fs/promises";
import { sha256 } from "../../lib/hash.ts";
import { RequestRefused, type Service } from "../service/service-client.ts";
import { detailed, type SentLine, sendBatch } from "./send-batch.ts";
import { codeOf, type Seen } from "./watched-folder.ts";

/** A larger file is not sent: the API accepts no document and no batch of this size. */
const MAX_BYTES = 50 << 20;
/** Most documents of a file that a line names, and lines of a reason. */
const MOST_SHOWN = 100;
/** A ZIP ends with its directory's end, and a comment of at most 64 KiB. */
const ZIP_END_BYTES = 22 + 65_535;

/** What became of one document. */
interface Document {
  readonly outcome: string;
  readonly access_key: string | null;
  readonly status: string | null;
  readonly code: string | null;
  readonly message: string;
  readonly holds: SentLine["holds"];
}

/**
 * What became of a file: `taken`: the service has every document of it; `refused`: one or all were refused, or there is none;
 * `cut`: refused because its end is missing; `later`: the service failed with it; `gone`: it is not there any more.
 */
export interface Fate {
  readonly seen: Seen;
  readonly outcome: "taken" | "refused" | "cut" | "later" | "gone";
  readonly hash: string | null;
  readonly message: string;
  readonly documents: readonly Document[];
}

interface Loaded {
  readonly seen: Seen;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: string;
}

interface Sending {
  readonly approve?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Whether the end of a document is there: `>` of an XML, the directory of a ZIP. True where it cannot be read. */
export async function isComplete({ path, name, size }: Seen): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (file === null) return true;
  try {
    const zip = /\.zip$/i.test(name);
    const tail = Buffer.alloc(Math.min(size, zip ? ZIP_END_BYTES : 1_024));
    await file.read(tail, 0, tail.length, size - tail.length);
    if (zip) return tail.includes("PK\u0005\u0006", 0, "latin1");
    // UTF-16 has a zero byte beside each character.
    return /(?:>\0?[\s\0]*)$/.test(tail.toString("latin1"));
  } finally {
    await file.close();
  }
}

/**
 * Sends files in one request, and each alone where that does not tell them apart. Fails as `Service.ask` does with what is about no
 * file: no credential, no service.
 */
export async function sendWatched(
  service: Service,
  files: readonly Seen[],
  options: Sending,
): Promise<Fate[]> {
  const fates: Fate[] = [];
  const loaded: Loaded[] = [];
  for (const seen of files) {
    const file = await load(seen);
    if ("outcome" in file) fates.push(file);
    else loaded.push(file);
  }
  if (loaded.length > 0) fates.push(...(await sendLoaded(service, loaded, options)));
  return fates;
}

const fate = (
  seen: Seen,
  outcome: Fate["outcome"],
  message: string,
  hash: string | null = null,
): Fate => ({ seen, outcome, hash, message, documents: [] });

async function load(seen: Seen): Promise<Loaded | Fate> {
  if (seen.size > MAX_BYTES) return fate(seen, "refused", "O arquivo excede 50 MB.");
  try {
    const bytes = await Bun.file(seen.path).bytes();
    if (bytes.length > MAX_BYTES) return fate(seen, "refused", "O arquivo excede 50 MB.");
    return { seen, bytes, hash: await sha256(bytes) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return fate(seen, "gone", "");
    return fate(
      seen,
      "later",
      `Não foi possível ler o arquivo (${codeOf(error) || String(error)})`,
    );
  }
}

async function sendLoaded(
  service: Service,
  loaded: readonly Loaded[],
  options: Sending,
): Promise<Fate[]> {
  const form = new FormData();
  for (const { seen, bytes } of loaded) form.append("files", new Blob([bytes]), seen.name);
  try {
    const query = { approve: options.approve, dryRun: false };
    const { results } = await sendBatch(service, query, form, options.signal);
    const apart = apartOf(loaded, results);
    if (apart !== null) return apart.map(([file, lines]) => fateOf(file, lines));
  } catch (error) {
    const [only, ...more] = loaded;
    if (options.signal.aborted || isAboutNoFile(error)) throw error;
    if (only !== undefined && more.length === 0) return [refusedAlone(only, error)];
  }
  const fates: Fate[] = [];
  for (const one of loaded) fates.push(...(await sendLoaded(service, [one], options)));
  return fates;
}

/** Whether every other file would fail as this one did. A 500 may be of one file; the others are of the service. */
const isAboutNoFile = (error: unknown): boolean =>
  error instanceof RequestRefused
    ? error.isOfCaller || error.status > 500
    : error instanceof Error && error.name === "ServiceUnreachable";

function refusedAlone({ seen, hash }: Loaded, error: unknown): Fate {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RequestRefused) || error.status >= 500)
    return fate(seen, "later", message, hash);
  return fate(seen, isCut(error.code) ? "cut" : "refused", message, hash);
}

const isCut = (code: string | null | undefined): boolean =>
  code === "nfe.malformed_xml" || code === "batch.malformed_zip";

/** The lines of each file; null where they cannot be reasons apart. A file may have several lines: a ZIP, an answer of the tax office. */
function apartOf(
  loaded: readonly Loaded[],
  lines: readonly SentLine[],
): [Loaded, readonly SentLine[]][] | null {
  const [only, ...more] = loaded;
  if (only !== undefined && more.length === 0) return [[only, lines]];
  const inOrder = loaded.every(({ seen }, n) => lines[n]?.file === seen.name);
  if (lines.length !== loaded.length || !inOrder) return null;
  return loaded.map((file, n) => [file, lines.slice(n, n + 1)]);
}

const TAKEN_OUTCOMES = ["registered", "approved", "completed", "duplicate", "event"];

function fateOf({ seen, hash }: Loaded, lines: readonly SentLine[]): Fate {
  const isTaken = ({ outcome, differs }: SentLine) =>
    TAKEN_OUTCOMES.includes(outcome) && differs !== true;
  const taken = lines.filter(isTaken);
  const refused = lines.filter((line) => !isTaken(line) && line.outcome !== "ignored");
  const documents = lines.slice(0, MOST_SHOWN).map(documentOf);
  if (refused.length === 0 && taken.length > 0)
    return { seen, hash, outcome: "taken", message: "", documents };
  const bad = refused.length > 0 ? refused : lines;
  const reasons = bad.slice(0, MOST_SHOWN).map((line) => {
    const name = line.file === seen.name ? "" : `${line.file}: `;
    return `${name}${detailed(line)}`;
  });
  if (bad.length > MOST_SHOWN) reasons.push(`… e mais ${bad.length - MOST_SHOWN}`);
  if (taken.length > 0) reasons.push(`Os outros documentos do arquivo entraram: ${taken.length}.`);
  if (reasons.length === 0) reasons.push("Não há documento neste arquivo.");
  const cut = lines.length === 1 && isCut(lines[0]?.code);
  return { seen, hash, outcome: cut ? "cut" : "refused", message: reasons.join("\n"), documents };
}

const documentOf = (line: SentLine): Document => ({
  outcome: line.outcome,
  access_key: line.access_key ?? null,
  status: line.status ?? null,
  code: line.code ?? null,
  message: detailed(line),
  holds: line.holds,
});
