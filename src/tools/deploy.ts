import { parseConfig } from "../config.ts";
import { filePath } from "../platform/bun/database/database.ts";
import { setPrivateUmask } from "../platform/bun/files/owner-only.ts";
import { showTo } from "../start/first-access.ts";
import { migrateAndSeed } from "../start/migrate-and-seed.ts";
import { reasonOf } from "../start/reason.ts";
import { missingSecrets } from "./deployed-secrets.ts";
import { PROJECT, wrangler } from "./programs.ts";

/**
 * Door: `bun src/tools/deploy.ts production|staging [options of wrangler deploy]`. Checks that the Worker has its secrets, migrates
 * and seeds the database at DATABASE_URL, and then deploys. This order, because a new Worker refuses to serve an older schema,
 * while the running one works with a newer schema. With `--dry-run` nothing outside is changed.
 */
const [environment, ...more] = process.argv.slice(2);
const ENVIRONMENTS = ["production", "staging"];

setPrivateUmask();
try {
  process.exitCode = await deploy();
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}

async function deploy(): Promise<number> {
  if (environment === undefined || !ENVIRONMENTS.includes(environment))
    throw new Error(`Uso: bun src/tools/deploy.ts ${ENVIRONMENTS.join("|")} [--dry-run]`);
  if (!more.includes("--dry-run")) await prepare(environment);
  const command = [...wrangler(), "deploy", "--env", environment, ...more];
  const child = Bun.spawn(command, { cwd: PROJECT, stdio: ["inherit", "inherit", "inherit"] });
  return child.exited;
}

async function prepare(env: string): Promise<void> {
  // A migration signs no token: JWT_SECRET is a secret of the Worker.
  const config = parseConfig({ ...process.env, APP_ENV: "development" });
  if (filePath(config.DATABASE_URL) !== null)
    throw new Error(
      `DATABASE_URL deve ser o banco de ${env} (libsql: ou https:), com DATABASE_AUTH_TOKEN; é ${config.DATABASE_URL}`,
    );
  const missing = await missingSecrets(() => listed(env));
  if (missing.length > 0)
    throw new Error(
      [
        `Faltam segredos no Worker de ${env}; nada foi feito:`,
        ...missing.map((name) => `  npx wrangler secret put ${name} --env ${env}`),
      ].join("\n"),
    );
  const line = (text: string) => void process.stdout.write(`${text}\n`);
  await migrateAndSeed(config, showTo(process.stderr, line));
  line("banco de dados atualizado");
}

async function listed(env: string) {
  const child = Bun.spawn([...wrangler(), "secret", "list", "--format", "json", "--env", env], {
    cwd: PROJECT,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, stdout, stderr };
}
