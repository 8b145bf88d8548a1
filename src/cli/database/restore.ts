import { existsSync } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../../config.ts";
import { filePath, openDatabase } from "../../platform/bun/database/database.ts";
import {
  removeLeftovers,
  replaceDatabase,
} from "../../platform/bun/database/previous-databases.ts";
import { fileMarks } from "../../platform/bun/files/marks.ts";
import { PRIVATE } from "../../platform/bun/files/owner-only.ts";
import { markFolder } from "../../platform/bun/homes.ts";
import type { Installation } from "../../platform/installation.ts";
import { runningServer } from "../service/running-server.ts";
import {
  BLOBS,
  copyDurably,
  DATABASE,
  databaseDamage,
  filesUnder,
  fingerprint,
  HOMES,
  manifestOf,
  sync,
} from "./backup-files.ts";
import { misfitsOfFiles } from "./homes-fit.ts";
import { assignNewInstallation, newInstallationId } from "./new-installation.ts";

export interface RestoreResult {
  readonly database: string;
  /** The new path of the database that was replaced; null when there was none. */
  readonly before: string | null;
  /** How many files of exports were restored. */
  readonly files: number;
}

type Where = Pick<Config, "DATABASE_URL" | "DATA_DIR">;

/**
 * Restores a backup (its folder, or a database file) to DATABASE_URL, and the further databases to DATABASE_URLS. It is checked and migrated to this version of the program
 * before anything is changed; an existing database is kept under another name. If the process ends at any point, the file at
 * DATABASE_URL is either the old or the new database, and the mark in DATA_DIR fits it.
 * Throws (Portuguese) when a server or another process has the database open, when a database exists and `force` is false, for
 * a backup that is damaged or was made by a newer program, and for a remote database.
 */
export async function restore(
  where: Where & Partial<Pick<Config, "DATABASE_URLS">>,
  from: string,
  force: boolean,
  now: Date,
): Promise<RestoreResult> {
  const others = where.DATABASE_URLS ?? [];
  for (const { name, url } of others)
    if (!existsSync(homeIn(from, name)))
      throw new Error(`A cópia não tem o banco ${name} (${filePath(url) ?? url})`);
  const kept = existsSync(join(from, HOMES)) ? await filesUnder(join(from, HOMES)) : [];
  const unknown = kept.filter((file) => !others.some(({ name }) => file === `${name}.db`));
  if (unknown.length > 0)
    throw new Error(`DATABASE_URLS não tem o banco de ${unknown.join(", ")}, que a cópia tem`);
  // All of the set is checked before anything is replaced.
  const { database } = await verifiedBackup(from);
  for (const { name } of others) await assertIntact(homeIn(from, name));
  const homes = new Map(others.map(({ name }) => [name, homeIn(from, name)]));
  const wrong = await misfitsOfFiles(database, homes);
  if (wrong.length > 0) throw new Error(`A cópia não é de uma só instalação. ${wrong.join(". ")}`);
  // The first database is the last: until then its directory is that of the databases that are there.
  for (const { name, url } of others) {
    const marks = markFolder(where.DATA_DIR, name);
    await restoreOne({ ...where, DATABASE_URL: url }, homeIn(from, name), marks, force, now);
  }
  return restoreOne(where, from, where.DATA_DIR, force, now);
}

const homeIn = (from: string, name: string): string => join(from, HOMES, `${name}.db`);

async function restoreOne(
  where: Where,
  from: string,
  markedIn: string,
  force: boolean,
  now: Date,
): Promise<RestoreResult> {
  const target = filePath(where.DATABASE_URL);
  if (target === null) throw new Error("O banco de dados está em um servidor: restaure-o lá");
  const server = await runningServer(where);
  if (server !== null)
    throw new Error(`Um servidor usa este banco de dados (${server}): pare-o antes`);
  const there = existsSync(target);
  if (there && !force)
    throw new Error(
      `Já há um banco de dados em ${target}; com --force ele é guardado com outro nome`,
    );
  const source = await verifiedBackup(from);
  await mkdir(dirname(target), PRIVATE);
  await removeLeftovers(target);
  const marks = fileMarks(markedIn);
  const draft = `${target}.${process.pid}.parcial`;
  try {
    await copyDurably(source.database, draft);
    const next = await migrateDraft(draft, now);
    // From here on the mark fits both the old database and the new one.
    const mark = await marks.read().catch(() => null);
    if (mark !== null) await marks.write({ ...mark, next });
    const before = await replaceDatabase(draft, target, now);
    await marks.write({ ...next, at: now.getTime(), next: null, file: null });
    return { database: target, before, files: await restoreBlobs(source.blobs, where) };
  } finally {
    for (const end of ["", "-wal", "-shm", "-journal"]) await rm(`${draft}${end}`, { force: true });
  }
}

/** Paths of a backup whose files all match its manifest; a single database file is only checked by SQLite. */
async function verifiedBackup(from: string): Promise<{ database: string; blobs: string | null }> {
  const found = await stat(from).catch(() => null);
  if (found === null) throw new Error(`Não há cópia em ${from}`);
  if (found.isFile()) {
    await assertIntact(from);
    return { database: from, blobs: null };
  }
  const manifest = await manifestOf(from);
  if (manifest === null) throw new Error(`${from} não é uma cópia completa: falta o manifesto`);
  for (const { path, bytes, sha256 } of manifest.files) {
    const got = await fingerprint(join(from, path)).catch(() => null);
    if (got?.bytes !== bytes || got.sha256 !== sha256)
      throw new Error(`A cópia está danificada: ${path} não é o que o manifesto diz`);
  }
  await assertIntact(join(from, DATABASE));
  return { database: join(from, DATABASE), blobs: join(from, BLOBS) };
}

async function assertIntact(path: string): Promise<void> {
  const log = await stat(`${path}-wal`).catch(() => null);
  if (log !== null && log.size > 0)
    throw new Error(`${path} foi copiado em uso (há um ${path}-wal): use o que sge backup fez`);
  const damage = await databaseDamage(path).catch((error: unknown) => [String(error)]);
  if (damage.length > 0) throw new Error(`${path} não está íntegro: ${damage.join("; ")}`);
}

async function migrateDraft(draft: string, now: Date): Promise<Installation> {
  const database = await openDatabase(`file:${draft}`);
  try {
    await database.migrate();
    return await assignNewInstallation(
      database,
      newInstallationId(),
      "database.restore",
      now.getTime(),
    );
  } finally {
    await database.close();
    await sync(draft);
  }
}

async function restoreBlobs(from: string | null, { DATA_DIR }: Where): Promise<number> {
  if (from === null) return 0;
  const paths = await filesUnder(from);
  for (const path of paths) {
    const to = join(DATA_DIR, BLOBS, path);
    if (!existsSync(to)) await copyDurably(join(from, path), to);
  }
  return paths.length;
}
