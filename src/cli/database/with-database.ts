import type { Config } from "../../config.ts";
import { filePath, openDatabase } from "../../platform/bun/database/database.ts";
import { bunPasswords } from "../../platform/bun/passwords.ts";
import { yieldToEventLoop } from "../../platform/bun/ports.ts";
import { groupWriter } from "../../platform/libsql/group-writer.ts";
import { clientReader } from "../../platform/libsql/reader.ts";
import type { Ports } from "../../ports/ports.ts";
import { databaseFile } from "./backup.ts";

/**
 * What a command of the operator needs of the database of this machine's configuration, also while the service runs. It must
 * exist and be migrated: fails with an Error (Portuguese), as opening and writing do.
 */
export async function withDatabase<T>(
  config: Config,
  use: (ports: Pick<Ports, "reader" | "writer" | "passwords" | "clock">) => Promise<T>,
): Promise<T> {
  if (filePath(config.DATABASE_URL) !== null) databaseFile(config);
  const database = await openDatabase(config.DATABASE_URL, config.DATABASE_AUTH_TOKEN);
  try {
    await database.mustBeCurrent();
    const limits = { group: 1, queue: 1, waitMs: 5_000, yieldToEventLoop };
    return await use({
      reader: clientReader(database.reading),
      writer: groupWriter(database.writing, limits),
      passwords: bunPasswords(config.PASSWORD_COST),
      clock: { now: () => Date.now() },
    });
  } finally {
    await database.close();
  }
}
