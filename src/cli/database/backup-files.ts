import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { openConnection } from "../../platform/bun/database/connection.ts";
import { PRIVATE } from "../../platform/bun/files/owner-only.ts";
import { isRunning } from "../../platform/bun/files/running-process.ts";

/** The manifest of a backup. It is written last: a folder that has one is a backup that was checked. */
export const Manifest = z.object({
  format: z.literal(1),
  made_at: z.iso.datetime(),
  program: z.string(),
  /** Names of files under DATA_DIR that the service needs and that are not in the backup. */
  without: z.array(z.string()).optional(),
  /** The end of each company's audit chain: `sge verify --audit-head` takes it. Absent before a chain began. */
  audit: z
    .array(z.object({ company: z.int(), seq: z.int(), hash: z.string().length(64) }))
    .optional(),
  files: z.array(
    z.object({ path: z.string(), bytes: z.int().min(0), sha256: z.string().length(64) }),
  ),
});
export type Manifest = z.infer<typeof Manifest>;

export const MANIFEST = "manifest.json";
/** The database in a backup. */
export const DATABASE = "sge.db";
/** The folder of a backup with the further databases, each by its name. */
export const HOMES = "homes";
/** Files of the blob store in a backup, as under DATA_DIR. */
export const BLOBS = "blobs";

/** `sge-20261123T154500Z`: sorted by name is sorted by age. */
export const nameOf = (now: Date): string =>
  `sge-${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
const NAME = /^sge-\d{8}T\d{6}Z(?:-\d+)?$/;
/** A backup that is being made, or whose process died; the number is the process id. */
const DRAFT = /^\.sge-.*\.(\d+)\.parcial$/;

export const draftOf = (name: string): string => `.${name}.${process.pid}.parcial`;

/** The manifest of a backup's folder; null when there is none, or it is not valid. */
export async function manifestOf(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, MANIFEST), "utf8").catch(() => "");
  try {
    return Manifest.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The backups of a folder, oldest first. */
export async function backupsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).sort();
  const found: string[] = [];
  for (const name of names)
    if ((await manifestOf(join(folder, name))) !== null) found.push(join(folder, name));
  return found;
}

/** Removes the drafts of backups whose process no longer runs. */
export async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = DRAFT.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Size and SHA-256 of a file, chunk by chunk. */
export async function fingerprint(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest("hex") };
}

/** Writes a file's bytes to the disk (fsync): it survives a loss of power from now on. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Copies a file and syncs the copy; makes its folder. The file must not change meanwhile. */
export async function copyDurably(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), PRIVATE);
  await Bun.write(to, Bun.file(from));
  await sync(to);
}

/** Files under a folder, as paths relative to it; none when the folder does not exist. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/**
 * The damage that SQLite finds in a database file, as lines; empty when it is intact. Opens the file only to read. Throws when it
 * is no database.
 */
export async function databaseDamage(path: string): Promise<string[]> {
  const database = openConnection(path, "PRAGMA query_only = 1");
  try {
    const notes = await database.execute("select 1 from sqlite_schema where name = 'notes'");
    if (notes.rows.length === 0) return ["não é um banco de dados do S.G.E."];
    const { rows } = await database.execute("PRAGMA integrity_check(20)");
    const lines = rows.map((row) => String(Object.values(row)[0]));
    const orphans = (await database.execute("PRAGMA foreign_key_check")).rows.length;
    return [
      ...lines.filter((line) => line !== "ok"),
      ...(orphans === 0 ? [] : [`linhas sem a linha a que se referem: ${orphans}`]),
    ];
  } finally {
    await database.close();
  }
}
