import { parseConfig } from "./config.ts";
import { openDatabase } from "./platform/bun/database.ts";

/** Door: brings the database at DATABASE_URL up to the code's migrations, local or remote, and ends. */
const { DATABASE_URL, DATABASE_AUTH_TOKEN } = parseConfig({
  ...process.env,
  // A migration signs nothing: it must not ask for the secret that only a server needs.
  APP_ENV: "development",
});
const database = await openDatabase(DATABASE_URL, DATABASE_AUTH_TOKEN);
await database.migrate();
await database.close();
process.stdout.write("banco em dia com as migrações\n");
