import type { FirstAccess } from "../accounts/people/first-run.ts";
import type { Config } from "../config.ts";
import { filePath, openDatabase, type Upgrade } from "../platform/bun/database/database.ts";
import {
  requireDatabaseFile,
  requireMarkedDatabase,
  writeMark,
} from "../platform/bun/database/require-database.ts";
import { fileMarks } from "../platform/bun/files/marks.ts";
import { markFolder } from "../platform/bun/homes.ts";
import { bunPasswords } from "../platform/bun/passwords.ts";
import { yieldToEventLoop } from "../platform/bun/ports.ts";
import { groupWriter } from "../platform/libsql/group-writer.ts";
import { clientReader } from "../platform/libsql/reader.ts";
import { memoryMarks } from "../platform/memory/marks.ts";
import { createFirstAccess, type Show } from "./first-access.ts";

/**
 * Migrates the database at DATABASE_URL, local or remote, and makes the first company and its administrator where there is
 * none: a Worker does neither, as it must not print a password. Returns the result of createFirstAccess and the migrations.
 * Throws StorageFault where a local database does not fit the mark of this installation.
 */
export async function migrateAndSeed(
  config: Config,
  show: Show,
): Promise<{ first: FirstAccess | null; upgrade: Upgrade }> {
  const { DATABASE_URL: url } = config;
  // The mark of a Worker's database is stored at the edge.
  const marks = filePath(url) === null ? memoryMarks() : fileMarks(config.DATA_DIR);
  const mark = await requireDatabaseFile(url, marks);
  const database = await openDatabase(url, config.DATABASE_AUTH_TOKEN);
  try {
    await requireMarkedDatabase(url, database.reading, mark);
    const upgrade = await database.migrate("copy");
    await writeMark(database.reading, marks, Date.now());
    const ports = {
      config,
      reader: clientReader(database.reading),
      writer: groupWriter(database.writing, {
        group: 1,
        queue: 1,
        waitMs: 5_000,
        yieldToEventLoop,
      }),
      passwords: bunPasswords(config.PASSWORD_COST),
      clock: { now: () => Date.now() },
    };
    for (const { name, url } of config.DATABASE_URLS) await migrateFurther(config, name, url);
    return { first: await createFirstAccess(ports, show), upgrade };
  } finally {
    await database.close();
  }
}

/** A further database has no company of its own: its tables are made, or brought to this version. */
async function migrateFurther(config: Config, name: string, url: string): Promise<void> {
  const marks =
    filePath(url) === null ? memoryMarks() : fileMarks(markFolder(config.DATA_DIR, name));
  const mark = await requireDatabaseFile(url, marks);
  const database = await openDatabase(url, config.DATABASE_AUTH_TOKEN);
  try {
    await requireMarkedDatabase(url, database.reading, mark);
    await database.migrate("copy");
    await writeMark(database.reading, marks, Date.now());
  } finally {
    await database.close();
  }
}
