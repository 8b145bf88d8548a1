import type { FirstAccess } from "../accounts/first-run.ts";
import type { Config } from "../config.ts";
import { openDatabase, type Upgrade } from "../platform/bun/database.ts";
import { bunPasswords } from "../platform/bun/passwords.ts";
import { breathe } from "../platform/bun/ports.ts";
import { groupWriter } from "../platform/group-writer.ts";
import { clientReader } from "../platform/reader.ts";
import { giveFirstAccess, type Show } from "./first-access.ts";

/**
 * Brings the database at DATABASE_URL up to the code's migrations, local or remote, and makes the first company and its
 * administrator where there is none: a Worker does neither, as it must not print a password. Gives what giveFirstAccess
 * gives, and what was migrated.
 */
export async function furnish(
  config: Config,
  show: Show,
): Promise<{ first: FirstAccess | null; upgrade: Upgrade }> {
  const database = await openDatabase(config.DATABASE_URL, config.DATABASE_AUTH_TOKEN);
  try {
    const upgrade = await database.migrate("copy");
    const ports = {
      config,
      reader: clientReader(database.reading),
      writer: groupWriter(database.writing, { group: 1, queue: 1, patienceMs: 5_000, breathe }),
      passwords: bunPasswords(config.PASSWORD_COST),
      clock: { now: () => Date.now() },
    };
    return { first: await giveFirstAccess(ports, show), upgrade };
  } finally {
    await database.close();
  }
}
