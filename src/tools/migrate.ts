import { parseConfig } from "../config.ts";
import { setPrivateUmask } from "../platform/bun/files/owner-only.ts";
import { showTo } from "../start/first-access.ts";
import { migrateAndSeed } from "../start/migrate-and-seed.ts";
import { reasonOf } from "../start/reason.ts";
import { unknownSettings } from "../start/unknown-settings.ts";

/** Door: migrates the database at DATABASE_URL, seeds it if it is empty, and ends. */
setPrivateUmask();
try {
  const line = (text: string) => void process.stdout.write(`${text}\n`);
  const { upgrade } = await migrateAndSeed(
    // A migration signs no token, so JWT_SECRET is not required.
    parseConfig({ ...process.env, APP_ENV: "development" }),
    showTo(process.stderr, line),
  );
  for (const { name, meant } of unknownSettings(process.env))
    process.stderr.write(
      `${name} não é uma variável do S.G.E.${meant === null ? "" : `: seria ${meant}?`}\n`,
    );
  if (upgrade.copy !== null) line(`cópia do banco de antes: ${upgrade.copy}`);
  if (upgrade.noRoom) process.stderr.write("sem espaço no disco para copiar o banco antes\n");
  for (const { tag, ms } of upgrade.migrations) line(`migração ${tag}: ${ms} ms`);
  line("banco de dados atualizado");
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
}
