import type { Config } from "../../config.ts";
import type { MovePorts } from "../../homes/running-move.ts";
import { filePath, openDatabase } from "../../platform/bun/database/database.ts";
import { bunPasswords } from "../../platform/bun/passwords.ts";
import { yieldToEventLoop } from "../../platform/bun/ports.ts";
import { groupWriter } from "../../platform/libsql/group-writer.ts";
import { clientReader } from "../../platform/libsql/reader.ts";
import { FIRST_HOME } from "../../ports/homes.ts";
import type { Ports } from "../../ports/ports.ts";
import { databaseFile } from "./backup.ts";

/**
 * What a command of the operator needs of the database of this machine's configuration, also while the service runs. It must
 * exist and be migrated: fails with an Error (Portuguese), as opening and writing do.
 */
export async function withDatabase<T>(
  config: Pick<Config, "DATABASE_URL" | "DATABASE_AUTH_TOKEN" | "PASSWORD_COST">,
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

/**
 * As `withDatabase`, of every database of the configuration. The first start of the service makes a further one: fails where it
 * does not exist yet.
 */
export function withHomes<T>(
  config: Config,
  use: (ports: MovePorts) => Promise<T>,
  opened: ReadonlyMap<string, Pick<Ports, "reader" | "writer">> = new Map(),
): Promise<T> {
  const urls = [{ name: FIRST_HOME, url: config.DATABASE_URL }, ...config.DATABASE_URLS];
  const next = urls[opened.size];
  if (next !== undefined)
    return withDatabase({ ...config, DATABASE_URL: next.url }, (ports) =>
      withHomes(config, use, new Map([...opened, [next.name, ports]])),
    );
  const first = opened.get(FIRST_HOME);
  if (first === undefined) throw new Error("no first database");
  const homes = { first, names: [...opened.keys()], named: (name: string) => opened.get(name) };
  return use({ homes, clock: { now: () => Date.now() }, yieldToEventLoop });
}
