import type { Config } from "../../config.ts";
import { openConnection } from "../../platform/bun/database/connection.ts";
import { type Database, openDatabase } from "../../platform/bun/database/database.ts";
import { misfitsOf } from "../../platform/homes-fit.ts";
import { clientReader } from "../../platform/libsql/reader.ts";
import { FIRST_HOME } from "../../ports/homes.ts";

/** As `misfits`, of database files: the first one, and the further ones by their names. Opens them only to read. */
export async function misfitsOfFiles(
  first: string,
  others: ReadonlyMap<string, string>,
): Promise<string[]> {
  const opened = [...new Map([[FIRST_HOME, first], ...others])].map(
    ([name, path]) => [name, openConnection(path, "PRAGMA query_only = 1")] as const,
  );
  try {
    return await misfitsOf(
      new Map(opened.map(([name, database]) => [name, { reader: clientReader(database) }])),
    );
  } finally {
    for (const [, database] of opened) await database.close();
  }
}

/** As `misfits`, of the databases of a configuration. Throws as opening them does. */
export async function misfitsOfConfig(
  where: Pick<Config, "DATABASE_URL" | "DATABASE_AUTH_TOKEN"> & {
    readonly DATABASE_URLS?: Config["DATABASE_URLS"];
  },
): Promise<string[]> {
  const urls = [{ name: FIRST_HOME, url: where.DATABASE_URL }, ...(where.DATABASE_URLS ?? [])];
  const opened = new Map<string, Database>();
  try {
    for (const { name, url } of urls)
      opened.set(name, await openDatabase(url, where.DATABASE_AUTH_TOKEN));
    const readers = [...opened].map(
      ([name, { reading }]) => [name, { reader: clientReader(reading) }] as const,
    );
    return await misfitsOf(new Map(readers));
  } finally {
    for (const database of opened.values()) await database.close();
  }
}
