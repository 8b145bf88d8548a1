import { copyFile, link, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isTransient } from "../../../resilience/transient-faults.ts";
import { isRunning } from "../files/running-process.ts";
import { syncToDisk } from "../files/sync-to-disk.ts";
import { openConnection } from "./connection.ts";

/**
 * Databases that stand beside the one in use: what a restore has replaced, and what an upgrade has copied before it. Each
 * may be as large as the database, so only so many are kept.
 */
export const PREVIOUS_KEPT = 3;

/** `sge.db.antes-sge-20261123T154500Z`, as `sge restore` names them too: by name is by age. */
const SUFFIX = /^\.antes-sge-\d{8}T\d{6}Z$/;

/** What is made beside a database until it is whole, by which process; and what SQLite makes beside that. */
const DRAFT = /^\.(?:antes-sge-\d{8}T\d{6}Z\.)?(\d+)\.parcial/;
/** What SQLite may have made beside a file. */
const ENDS = ["", "-journal", "-wal", "-shm"];

/** Room that a copy must leave on the disk, beside the copy itself and as much again for the migrations. */
const SPARE_BYTES = 64 << 20;

/** The databases that were set aside beside `path`, oldest first. */
export async function previousDatabases(path: string): Promise<string[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((one) => one.startsWith(name) && SUFFIX.test(one.slice(name.length)))
    .sort()
    .map((one) => join(folder, one));
}

/** Removes all but the newest `keep` databases that were set aside beside `path`; gives their paths. */
export async function removeOldPrevious(path: string, keep = PREVIOUS_KEPT): Promise<string[]> {
  const all = await previousDatabases(path);
  const old = all.slice(0, Math.max(0, all.length - keep));
  for (const one of old) for (const end of ENDS) await rm(`${one}${end}`, { force: true });
  return old;
}

/**
 * Removes what copies and restores that died have left beside the database at `path`: their drafts, and second names of the
 * database in use (whoever opened one would write beneath its locks).
 */
export async function removeLeftovers(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  for (const one of await readdir(folder).catch((): string[] => [])) {
    const pid = one.startsWith(name) ? DRAFT.exec(one.slice(name.length))?.[1] : undefined;
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, one), { force: true });
  }
  const here = await stat(path).catch(() => null);
  for (const aside of await previousDatabases(path))
    if (here !== null && (await stat(aside)).ino === here.ino) await rm(aside);
}

/**
 * Puts the whole database `draft` under the name `path`, and keeps under another name what had it; gives that, or null where
 * nothing had. There is the old one or the new one under the name at every instant, and never one with the log of the other.
 * Nobody has either open.
 */
export async function replaceDatabase(
  draft: string,
  path: string,
  now: Date,
): Promise<string | null> {
  const there = (await stat(path).catch(() => null)) !== null;
  const folded = there && (await foldedInto(path));
  const aside = await freeAside(path, now);
  const ends = folded ? [""] : ENDS;
  for (const end of ends) await linked(`${path}${end}`, `${aside}${end}`);
  // SQLite would read the log of what is broken into whatever has the name.
  for (const end of ends.slice(1)) await rm(`${path}${end}`, { force: true });
  await syncToDisk(dirname(path));
  await rename(draft, path);
  await syncToDisk(dirname(path));
  return there ? aside : null;
}

/**
 * Leaving WAL needs the file for oneself alone, so it fails while any process has it open, and it folds the log into the file:
 * the one name is then all of it. False for a file that is broken: it goes with its log, as it is.
 */
async function foldedInto(path: string): Promise<boolean> {
  const database = openConnection(path, "");
  try {
    await database.execute("PRAGMA journal_mode = DELETE");
    return true;
  } catch (error) {
    if (isTransient(error))
      throw new Error(`Outro processo tem ${path} aberto: encerre-o antes`, { cause: error });
    return false;
  } finally {
    await database.close();
  }
}

/** Of two in one second the later has the next one's name. */
async function freeAside(path: string, now: Date): Promise<string> {
  for (let at = now.getTime(); ; at += 1_000) {
    const aside = asideOf(path, new Date(at));
    if ((await stat(aside).catch(() => null)) === null) return aside;
  }
}

const asideOf = (path: string, now: Date): string =>
  `${path}.antes-sge-${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;

/** A second name; a copy where the file system knows no such thing. What is not there needs none. */
async function linked(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT") return;
    if (!NO_LINKS.has(String(code))) throw error;
    await copyFile(from, to);
    await syncToDisk(to);
  }
}

const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Copies the database at `path` beside it, whole and durable under its name or not at all, and removes the oldest copies
 * beyond ASIDES_KEPT. Gives the copy's path; null where the disk has no room for it and the migrations after it.
 */
export async function copyBeforeUpgrade(path: string, now: Date): Promise<string | null> {
  await removeLeftovers(path);
  const { size } = await stat(path);
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < 2 * size + SPARE_BYTES) return null;
  const copy = asideOf(path, now);
  const draft = `${copy}.${process.pid}.parcial`;
  try {
    await copyInto(path, draft);
    await rename(draft, copy);
    await syncToDisk(dirname(path));
  } finally {
    for (const end of ENDS) await rm(`${draft}${end}`, { force: true });
  }
  await removeOldPrevious(path);
  return copy;
}

/** VACUUM INTO reads one snapshot and holds nobody up. */
async function copyInto(path: string, draft: string): Promise<void> {
  const database = openConnection(path, "PRAGMA synchronous = FULL");
  try {
    await database.execute({ sql: "VACUUM INTO ?1", args: [draft] });
  } finally {
    await database.close();
  }
  await syncToDisk(draft);
}
