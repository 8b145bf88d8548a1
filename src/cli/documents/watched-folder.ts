import { constants } from "node:fs";
import { access, chmod, mkdir, open, opendir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { sha256 } from "../../lib/hash.ts";

/** Where files go; names inside the watched folder. `MOVING` holds a file while it is compared with what was sent. */
export const TAKEN = "importadas";
export const REFUSED = "recusadas";
const MOVING = ".sge-movendo";

/** Most entries of the folder that one pass looks at, and files that it takes. */
const MOST_SEEN = 100_000;
export const MOST_TAKEN = 200;
/** A file that is in MOVING for so long (by its ctime, which a move sets) was left by a process that has ended: moving takes less. */
const LEFT_BEHIND_MS = 60_000;
/** Most files of one name in a target folder. */
const MOST_NAMESAKES = 10_000;

/** A file of the folder, as a pass has seen it. */
export interface Seen {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Of its last change, in ms UTC, by the clock of the file system. */
  readonly changedAt: number;
}

/** The XMLs and ZIPs of the folder itself, in the order of their names; links and names that begin with a point are passed over. */
export async function filesOf(folder: string): Promise<Seen[]> {
  const found: string[] = [];
  let seen = 0;
  for await (const entry of await opendir(folder)) {
    seen += 1;
    if (seen > MOST_SEEN) break;
    if (entry.isFile() && /^[^.].*\.(?:xml|zip)$/i.test(entry.name)) found.push(entry.name);
  }
  const files: Seen[] = [];
  for (const name of found.sort()) {
    const path = join(folder, name);
    const now = await stat(path).catch(() => null);
    if (now !== null) files.push({ name, path, size: now.size, changedAt: now.mtimeMs });
  }
  return files;
}

/** Whether two looks at a file saw the same. */
export const isUnchanged = (one: Seen | undefined, other: Seen): boolean =>
  one !== undefined && one.size === other.size && one.changedAt === other.changedAt;

/** Fails with an Error (Portuguese) where the folder is none, or files cannot be moved in it. */
export async function prepareFolder(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => null);
  if (there?.isDirectory() !== true) throw new Error(`Não é uma pasta: ${folder}`);
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch(() => {
    throw new Error(`Sem permissão para mover arquivos em ${folder}`);
  });
}

/** The folder `name` inside, with the permissions of the one that is watched: who may see the documents may see what became of them. */
async function folderFor(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await chmod(path, (await stat(folder)).mode & 0o7777);
  return path;
}

/** A file that is to be moved, and the SHA-256 of the bytes that were sent; null: it was not read. */
export interface Sent {
  readonly name: string;
  readonly path: string;
  readonly hash: string | null;
}

/**
 * Moves a file into `target` under a name that is free there, with `why` beside it where there is one. The name's file may be another
 * one by now (written again, or taken by another process): what does not have the bytes that were sent goes back. Returns the new
 * path; null: it is not there any more, or was put back.
 */
export async function moveSent(
  folder: string,
  target: typeof TAKEN | typeof REFUSED,
  { name, path, hash }: Sent,
  why: string | null,
): Promise<string | null> {
  const holding = join(await folderFor(folder, MOVING), `${crypto.randomUUID()}~${name}`);
  if (!(await renamed(path, holding))) return null;
  if (hash !== null && (await hashOf(holding)) !== hash) {
    await place(folder, name, holding);
    return null;
  }
  return place(await folderFor(folder, target), name, holding, why);
}

/** Puts back what a process that was killed has left between two folders. Returns how many. */
export async function putBack(folder: string, now: number): Promise<number> {
  const inside = join(folder, MOVING);
  let back = 0;
  const entries = await opendir(inside).catch(() => null);
  for await (const { name } of entries ?? []) {
    const path = join(inside, name);
    const there = await stat(path).catch(() => null);
    if (there === null || now - there.ctimeMs < LEFT_BEHIND_MS) continue;
    if ((await place(folder, name.slice(name.indexOf("~") + 1), path)) !== null) back += 1;
  }
  return back;
}

/**
 * Moves a file to a name that nothing has there: `nota.xml`, else `nota (2).xml`; `why` is written beside it before. Null: the file is
 * not there any more.
 */
async function place(
  folder: string,
  name: string,
  from: string,
  why: string | null = null,
): Promise<string | null> {
  const { name: stem, ext } = parse(name);
  for (let n = 1; n <= MOST_NAMESAKES; n += 1) {
    const to = join(folder, n === 1 ? name : `${stem} (${n})${ext}`);
    // An own empty file keeps the name: a rename alone would replace what is there.
    const kept = await open(to, "wx").catch((error: unknown) => {
      if (codeOf(error) === "EEXIST") return null;
      throw error;
    });
    if (kept === null) continue;
    await kept.close();
    if (why !== null) await writeReason(`${to}.motivo.txt`, why, from);
    if (await renamed(from, to)) return to;
    for (const path of [to, `${to}.motivo.txt`]) await rm(path, { force: true });
    return null;
  }
  throw new Error(`Há arquivos demais com o nome ${name} em ${folder}`);
}

/** Who may read the document may read why it was refused. */
async function writeReason(path: string, why: string, document: string): Promise<void> {
  await writeFile(path, `${why}\n`);
  const there = await stat(document).catch(() => null);
  if (there !== null) await chmod(path, there.mode & 0o666);
}

/** Renames; false where the file is not there any more. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

const hashOf = async (path: string): Promise<string> => sha256(await Bun.file(path).bytes());

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
