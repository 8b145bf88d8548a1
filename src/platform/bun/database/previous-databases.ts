import { copyFile, link, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isTransient } from "../../../resilience/transient-faults.ts";
import { isRunning } from "../files/running-process.ts";
import { syncToDisk } from "../files/sync-to-disk.ts";
import { openConnection } from "./connection.ts";

/**
 * Previous databases beside the one in use: those that a restore replaced, and copies made before an upgrade. Each may be as
 * large as the database, so only the newest are kept.
 */
export const PREVIOUS_KEPT = 3;

/** `sge.db.antes-sge-20261123T154500Z`, also for `sge restore`: sorted by name they are sorted by age. */
const SUFFIX = /^\.antes-sge-\d{8}T\d{6}Z$/;

/** A draft beside a database, with the id of its process; and the files that SQLite makes beside it. */
const DRAFT = /^\.(?:antes-sge-\d{8}T\d{6}Z\.)?(\d+)\.parcial/;
/** The files that SQLite may have made beside a database. */
const ENDS = ["", "-journal", "-wal", "-shm"];

/** Free space that must remain, beside the copy itself and as much again for the migrations. */
const SPARE_BYTES = 64 << 20;

/** The previous databases beside `path`, oldest first. */
export async function previousDatabases(path: string): Promise<string[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((one) => one.startsWith(name) && SUFFIX.test(one.slice(name.length)))
    .sort()
    .map((one) => join(folder, one));
}

/** Removes all but the newest `keep` previous databases beside `path`; returns the removed paths. */
export async function removeOldPrevious(path: string, keep = PREVIOUS_KEPT): Promise<string[]> {
  const all = await previousDatabases(path);
  const old = all.slice(0, Math.max(0, all.length - keep));
  for (const one of old) for (const end of ENDS) await rm(`${one}${end}`, { force: true });
  return old;
}

/**
 * Removes the remains of dead copies and restores beside the database at `path`: their drafts, and second links to the database
 * in use (a process that opened one would write without its locks).
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
 * Moves the complete database `draft` to `path`, and keeps the old one under another name, which it returns; null where there
 * was none. At every moment `path` is the old or the new database, never one with the log of the other. No process may have
 * either of them open.
 */
export async function replaceDatabase(
  draft: string,
  path: string,
  now: Date,
): Promise<string | null> {
  const there = (await stat(path).catch(() => null)) !== null;
  const checkpointed = there && (await checkpointedInto(path));
  const aside = await freeAside(path, now);
  const ends = checkpointed ? [""] : ENDS;
  for (const end of ends) await linked(`${path}${end}`, `${aside}${end}`);
  // SQLite would apply the log of the broken database to the new one.
  for (const end of ends.slice(1)) await rm(`${path}${end}`, { force: true });
  await syncToDisk(dirname(path));
  await rename(draft, path);
  await syncToDisk(dirname(path));
  return there ? aside : null;
}

/**
 * Checkpoints the log by leaving WAL, which needs exclusive access and fails while any process has the file open. False for a
 * broken file, which is kept with its log.
 */
async function checkpointedInto(path: string): Promise<boolean> {
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

/** Two in one second: the later one gets the name of the next second. */
async function freeAside(path: string, now: Date): Promise<string> {
  for (let at = now.getTime(); ; at += 1_000) {
    const aside = asideOf(path, new Date(at));
    if ((await stat(aside).catch(() => null)) === null) return aside;
  }
}

const asideOf = (path: string, now: Date): string =>
  `${path}.antes-sge-${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;

/** A hard link; a copy where the file system has no links. An absent file is ignored. */
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
 * Copies the database at `path` beside it, complete and durable or not at all, and removes the oldest copies beyond
 * PREVIOUS_KEPT. Returns the path of the copy; null where the disk has no space for it and for the migrations.
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

/** VACUUM INTO reads one snapshot and blocks no writer. */
async function copyInto(path: string, draft: string): Promise<void> {
  const database = openConnection(path, "PRAGMA synchronous = FULL");
  try {
    await database.execute({ sql: "VACUUM INTO ?1", args: [draft] });
  } finally {
    await database.close();
  }
  await syncToDisk(draft);
}
