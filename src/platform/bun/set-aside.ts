import { open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { lives } from "./alive.ts";
import { openConnection } from "./connection.ts";

/**
 * Databases that stand beside the one in use: what a restore has replaced, and what an upgrade has copied before it. Each
 * may be as large as the database, so only so many are kept.
 */
export const ASIDES_KEPT = 3;

/** `sge.db.antes-sge-20261123T154500Z`, as `sge restore` names them too: by name is by age. */
const SUFFIX = /^\.antes-sge-\d{8}T\d{6}Z$/;

/** What is being copied, or was when its process died. */
const DRAFT = /^\.antes-sge-\d{8}T\d{6}Z\.(\d+)\.parcial/;

/** Room that a copy must leave on the disk, beside the copy itself and as much again for the migrations. */
const SPARE_BYTES = 64 << 20;

/** The databases that were set aside beside `path`, oldest first. */
export async function asidesOf(path: string): Promise<string[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((one) => one.startsWith(name) && SUFFIX.test(one.slice(name.length)))
    .sort()
    .map((one) => join(folder, one));
}

/** Removes all but the newest `keep` databases that were set aside beside `path`; gives their paths. */
export async function keepAsides(path: string, keep = ASIDES_KEPT): Promise<string[]> {
  const all = await asidesOf(path);
  const old = all.slice(0, Math.max(0, all.length - keep));
  for (const one of old)
    for (const end of ["", "-wal", "-shm"]) await rm(`${one}${end}`, { force: true });
  return old;
}

/**
 * Copies the database at `path` beside it, whole and durable under its name or not at all, and removes the oldest copies
 * beyond ASIDES_KEPT. Gives the copy's path; null where the disk has no room for it and the migrations after it.
 */
export async function copyAside(path: string, now: Date): Promise<string | null> {
  await sweepDrafts(path);
  const { size } = await stat(path);
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < 2 * size + SPARE_BYTES) return null;
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const copy = `${path}.antes-sge-${stamp}`;
  const draft = `${copy}.${process.pid}.parcial`;
  try {
    await copyInto(path, draft);
    await rename(draft, copy);
    await synced(dirname(path));
  } finally {
    for (const end of ENDS) await rm(`${draft}${end}`, { force: true });
  }
  await keepAsides(path);
  return copy;
}

/** What SQLite may have made beside a file. */
const ENDS = ["", "-journal", "-wal", "-shm"];

/** Removes what copies that were killed have left. */
async function sweepDrafts(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  for (const one of await readdir(folder)) {
    const pid = one.startsWith(name) ? DRAFT.exec(one.slice(name.length))?.[1] : undefined;
    if (pid !== undefined && !lives(Number(pid))) await rm(join(folder, one), { force: true });
  }
}

/** VACUUM INTO reads one snapshot and holds nobody up. */
async function copyInto(path: string, draft: string): Promise<void> {
  const database = openConnection(path, "PRAGMA synchronous = FULL");
  try {
    await database.execute({ sql: "VACUUM INTO ?1", args: [draft] });
  } finally {
    await database.close();
  }
  await synced(draft);
}

async function synced(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
