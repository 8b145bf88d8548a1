import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../../config.ts";
import { openConnection } from "../../platform/bun/database/connection.ts";
import { filePath } from "../../platform/bun/database/database.ts";
import { requireDatabaseFile } from "../../platform/bun/database/require-database.ts";
import { sayUnopened } from "../../platform/bun/database/storage-state.ts";
import { recordBackup } from "../../platform/bun/files/last-backup.ts";
import { fileMarks } from "../../platform/bun/files/marks.ts";
import { PRIVATE } from "../../platform/bun/files/owner-only.ts";
import { markFolder } from "../../platform/bun/homes.ts";
import {
  differenceOf,
  type Installation,
  installationOf,
  type Mark,
  sayDifference,
} from "../../platform/installation.ts";
import { clientReader } from "../../platform/libsql/reader.ts";
import type { Row } from "../../ports/sql.ts";
import { StorageFault } from "../../resilience/storage-fault.ts";
import { isStorageFull } from "../../resilience/transient-faults.ts";
import { VERSION } from "../../version.ts";
import {
  BLOBS,
  backupsIn,
  copyDurably,
  DATABASE,
  databaseDamage,
  draftOf,
  filesUnder,
  fingerprint,
  HOMES,
  MANIFEST,
  type Manifest,
  nameOf,
  removeDrafts,
  sync,
} from "./backup-files.ts";
import { misfitsOfFiles } from "./homes-fit.ts";

export interface Backup {
  /** The new folder. */
  readonly path: string;
  readonly bytes: number;
  /** Older backups that were removed because of `keep`. */
  readonly removed: readonly string[];
  /** Files under DATA_DIR that the service needs, and that are not in the backup. */
  readonly without: readonly string[];
}

/**
 * A backup may be copied to other disks and other people. So it does not contain the secret that signs tokens and decrypts the
 * passwords of mailboxes.
 */
const EXCLUDED_SECRETS = ["jwt-secret"];

type Where = Pick<Config, "DATABASE_URL" | "DATA_DIR"> & Partial<Pick<Config, "DATABASE_URLS">>;

/** The path of the database file at DATABASE_URL. Throws (Portuguese) for a remote database, and when the file does not exist. */
export function databaseFile({ DATABASE_URL }: Pick<Config, "DATABASE_URL">): string {
  const path = filePath(DATABASE_URL);
  if (path === null)
    throw new Error(
      "O banco de dados está em um servidor: a cópia de segurança se faz lá (turso db, sqld)",
    );
  if (!existsSync(path)) throw new Error(`Não há banco de dados em ${path}`);
  return path;
}

/**
 * Copies the database and the files of exports into a new folder under `folder`, also while a server runs: VACUUM INTO reads
 * one snapshot and blocks no other process. The folder gets its final name only after the copy was opened and checked, and has
 * every commit that the mark in DATA_DIR had counted at the start. After that all but the newest `keep` backups are removed
 * (0: none). Throws (Portuguese) when anything fails: the new copy is deleted, and no older one is changed.
 */
export async function backup(
  where: Where,
  folder: string,
  keep: number,
  now: Date,
): Promise<Backup> {
  const mark = await requireDatabaseFile(where.DATABASE_URL, fileMarks(where.DATA_DIR));
  const source = databaseFile(where);
  await mkdir(folder, PRIVATE);
  await removeDrafts(folder);
  const name = await freeName(folder, nameOf(now));
  const draft = join(folder, draftOf(name));
  try {
    await mkdir(draft, { mode: PRIVATE.mode });
    const before = await directoryIn(source);
    await copyDatabase(source, join(draft, DATABASE), mark);
    const homes = await copyHomes(where, draft);
    const copies = [join(draft, DATABASE), ...homes.values()];
    if ((await directoryIn(source)) !== before)
      throw new Error("Uma empresa foi levada para outro banco durante a cópia: repita-a");
    const wrong = await misfitsOfFiles(join(draft, DATABASE), homes);
    if (wrong.length > 0) throw new Error(`A cópia não teria tudo. ${wrong.join(". ")}`);
    await copyBlobs(join(where.DATA_DIR, BLOBS), join(draft, BLOBS));
    const without = EXCLUDED_SECRETS.filter((one) => existsSync(join(where.DATA_DIR, one)));
    const bytes = await writeManifest(draft, now, without, await auditHeads(copies));
    await rename(draft, join(folder, name));
    await sync(folder);
    const removed = await removeOld(folder, keep);
    await recordBackup(where.DATA_DIR, now.getTime());
    return { path: join(folder, name), bytes, removed, without };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** A name that is free: two backups in one second have different names. */
async function freeName(folder: string, name: string): Promise<string> {
  for (let n = 0; ; n += 1) {
    const tried = n === 0 ? name : `${name}-${n}`;
    if (!existsSync(join(folder, tried))) return tried;
  }
}

async function copyDatabase(source: string, copy: string, mark: Mark | null): Promise<void> {
  try {
    const database = openConnection(source, "PRAGMA synchronous = FULL");
    try {
      await database.execute({ sql: "VACUUM INTO ?1", args: [copy] });
    } finally {
      await database.close();
    }
  } catch (error) {
    throw isStorageFull(error)
      ? new Error(`Não há espaço em disco para a cópia: ${dirname(copy)}`, { cause: error })
      : sayUnopened(error, source);
  }
  await sync(copy);
  const damage = await databaseDamage(copy);
  if (damage.length > 0)
    throw new Error(`A cópia de ${source} não está íntegra: ${damage.join("; ")}`);
  const difference = mark && differenceOf(mark, await installationIn(copy));
  if (mark !== null && difference !== null)
    throw new StorageFault("gone", sayDifference(difference, source, mark));
}

async function installationIn(copy: string): Promise<Installation | null> {
  const database = openConnection(copy, "PRAGMA query_only = 1");
  try {
    return await installationOf(database);
  } finally {
    await database.close();
  }
}

/** Copies the further databases into `homes/`; gives the paths of the copies by their names. */
async function copyHomes(
  { DATA_DIR, DATABASE_URLS = [] }: Where,
  draft: string,
): Promise<Map<string, string>> {
  const copies = new Map<string, string>();
  for (const { name, url } of DATABASE_URLS) {
    const mark = await requireDatabaseFile(url, fileMarks(markFolder(DATA_DIR, name)));
    await mkdir(join(draft, HOMES), PRIVATE);
    const copy = join(draft, HOMES, `${name}.db`);
    await copyDatabase(databaseFile({ DATABASE_URL: url }), copy, mark);
    copies.set(name, copy);
  }
  return copies;
}

async function rowsIn(path: string, sql: string): Promise<Row[]> {
  const database = openConnection(path, "PRAGMA query_only = 1");
  try {
    return await clientReader(database).rows({ sql, args: [] });
  } finally {
    await database.close();
  }
}

/** Where each company lives, and which ones are being moved: copies made one after the other fit only while it stays so. */
async function directoryIn(path: string): Promise<string> {
  const sql =
    "select id, home, (select step from moves where company = id) as step from companies where home is not null";
  const tables = await rowsIn(path, "select 1 from sqlite_schema where name = 'moves'");
  return tables.length === 0 ? "" : JSON.stringify(await rowsIn(path, sql));
}

async function auditHeads(copies: readonly string[]): Promise<Manifest["audit"]> {
  const heads = await Promise.all(
    copies.map((path) =>
      rowsIn(
        path,
        `select company, seq, hash from audit_heads
          where company not in (select id from companies where home is not null) order by company`,
      ),
    ),
  );
  return heads.flat().map(({ company, seq, hash }) => ({
    company: Number(company),
    seq: Number(seq),
    hash: String(hash),
  }));
}

/** Files of the store never change once they have their name. One that expires during the copy is left out. */
async function copyBlobs(from: string, to: string): Promise<void> {
  for (const path of await filesUnder(from)) {
    if (path.endsWith("~")) continue;
    try {
      await copyDurably(join(from, path), join(to, path));
    } catch (error) {
      if (await stat(join(from, path)).catch(() => null)) throw error;
      await rm(join(to, path), { force: true });
    }
  }
}

/** Writes the manifest; returns how many bytes the backup has. */
async function writeManifest(
  draft: string,
  now: Date,
  without: readonly string[],
  audit: Manifest["audit"],
): Promise<number> {
  const files: Manifest["files"] = [];
  for (const path of await filesUnder(draft))
    files.push({ path, ...(await fingerprint(join(draft, path))) });
  const manifest: Manifest = {
    format: 1,
    made_at: now.toISOString(),
    program: VERSION,
    without: [...without],
    audit,
    files,
  };
  await writeFile(join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  await sync(join(draft, MANIFEST));
  await sync(draft);
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

async function removeOld(folder: string, keep: number): Promise<string[]> {
  const all = await backupsIn(folder);
  const old = keep === 0 ? [] : all.slice(0, Math.max(0, all.length - keep));
  for (const path of old) await rm(path, { recursive: true });
  return old;
}
