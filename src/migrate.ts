import { firstRun } from "./accounts/first-run.ts";
import { parseConfig } from "./config.ts";
import { openDatabase } from "./platform/bun/database.ts";
import { bunPasswords } from "./platform/bun/passwords.ts";
import { breathe } from "./platform/bun/ports.ts";
import { groupWriter } from "./platform/group-writer.ts";
import { clientReader } from "./platform/reader.ts";

/**
 * Door: brings the database at DATABASE_URL up to the code's migrations, local or remote, makes the first company and its
 * administrator where there is none (a Worker never does: it must not print a password), and ends.
 */
const config = parseConfig({
  ...process.env,
  // A migration signs nothing: it must not ask for the secret that only a server needs.
  APP_ENV: "development",
});
const database = await openDatabase(config.DATABASE_URL, config.DATABASE_AUTH_TOKEN);
await database.migrate();
process.stdout.write("banco em dia com as migrações\n");
const first = await firstRun({
  config,
  reader: clientReader(database.reading),
  writer: groupWriter(database.writing, { group: 1, queue: 1, patienceMs: 5_000, breathe }),
  passwords: bunPasswords(config.PASSWORD_COST),
  clock: { now: () => Date.now() },
});
await database.close();
if (first?.generatedPassword != null)
  process.stdout.write(`Primeiro acesso: ${first.adminEmail}, senha ${first.generatedPassword}\n`);
