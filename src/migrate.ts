import { parseConfig } from "./config.ts";
import { furnish } from "./doors/furnish.ts";
import { reasonOf } from "./doors/reason.ts";

/** Door: brings the database at DATABASE_URL up to the code's migrations, furnishes it where it is empty, and ends. */
try {
  const first = await furnish(
    // A migration signs nothing: it must not ask for the secret that only a server needs.
    parseConfig({ ...process.env, APP_ENV: "development" }),
  );
  process.stdout.write("banco em dia com as migrações\n");
  if (first?.generatedPassword != null)
    process.stdout.write(
      `Primeiro acesso: ${first.adminEmail}, senha ${first.generatedPassword}\n`,
    );
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
}
