import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { serviceClient, signIn } from "../cli/service/service-client.ts";
import { screenOn } from "../cli/terminal/screen.ts";
import { type Config, isLoopback, parseConfig } from "../config.ts";
import { runScenario } from "../demo/run-scenario.ts";
import { scenario } from "../demo/scenario.ts";
import { showVerdicts } from "../demo/show.ts";
import { MAINTENANCE_EVERY_MS } from "../maintenance.ts";
import { filePath } from "../platform/bun/database/database.ts";
import { PRIVATE, setPrivateUmask } from "../platform/bun/files/owner-only.ts";
import { jwtSecret } from "../platform/bun/files/secrets.ts";
import { showTo } from "../start/first-access.ts";
import { migrateAndSeed } from "../start/migrate-and-seed.ts";
import { reasonOf } from "../start/reason.ts";
import { COMPANY } from "../synthetic/trade.ts";
import type { Child } from "./child-process.ts";
import { libsqlServer } from "./libsql-server.ts";
import { workerDev, workerVars } from "./worker-dev.ts";

/**
 * Door: the Worker on this machine, as it runs at the edge: workerd under `wrangler dev`, a real libSQL server beside it unless
 * DATABASE_URL names one, R2 and queues under DATA_DIR. `--demo` fills a database that it had to make with the demo's month.
 * Prints `listening on http://HOST:PORT` when it answers; SIGTERM and SIGINT end all that it started, twice at once.
 */
const demo = process.argv.includes("--demo");
const children: Child[] = [];
let ending = false;

const print = (line: string) => void process.stdout.write(`${line}\n`);
/** Prints to the standard error; the output of children that are being stopped is dropped. */
const printError = (line: string) => void (ending || process.stderr.write(`${line}\n`));

process.on("SIGTERM", onSignal);
process.on("SIGINT", onSignal);
setPrivateUmask();
const config = readConfig();
try {
  await start(config);
} catch (error) {
  if (!ending) await fail(reasonOf(error));
}

async function start(config: Config): Promise<void> {
  const folder = resolve(config.DATA_DIR, "edge");
  await mkdir(folder, PRIVATE);
  const database = await databaseOf(config, folder);
  const { first } = await migrateAndSeed({ ...config, ...database }, showTo(process.stderr, print));
  const given = workerVars(process.env);
  const { url } = await workerDev({
    config,
    vars: { ...given, ...database, JWT_SECRET: await jwtSecret(config) },
    folder: join(folder, "state"),
    started: (child) => stopWithChild(child, "wrangler dev"),
    log: print,
    onMessage: printError,
  });
  const password = first?.generatedPassword ?? config.ADMIN_PASSWORD;
  if (demo && first?.made === true && password !== undefined)
    await uploadDemo(url, first.adminEmail, password);
  if (!isLoopback(config.HOST)) printError(OPEN_TO_OTHERS);
  print(`listening on ${url}`);
  setInterval(runCron, MAINTENANCE_EVERY_MS, url).unref();
}

/** wrangler dev has endpoints of its own and trusts headers of the client: it is for this machine only. */
const OPEN_TO_OTHERS =
  "Atenção: fora desta máquina qualquer um pode chamar /cdn-cgi/handler (cron, e-mail) e escrever CF-Connecting-IP; dev:edge não é para produção";

/** Calls the cron handler: wrangler dev does not run the cron of wrangler.toml by itself. */
function runCron(url: string): void {
  fetch(`${url}/cdn-cgi/handler/scheduled`).catch(() => printError("o cron não respondeu"));
}

/** The configuration; ends the process when it is not valid. */
function readConfig(): Config {
  const trade = { COMPANY_NAME: COMPANY.name, COMPANY_CNPJ: COMPANY.cnpj };
  try {
    return parseConfig({ ...(demo ? trade : {}), ...process.env });
  } catch (error) {
    printError(reasonOf(error));
    process.exit(1);
  }
}

/** The server of DATABASE_URL, or a new local one: a Worker cannot open a file. */
async function databaseOf(config: Config, folder: string): Promise<Record<string, string>> {
  if (filePath(config.DATABASE_URL) === null) return { DATABASE_URL: config.DATABASE_URL };
  const started = (child: Child) => stopWithChild(child, "sqld");
  const { url, token } = await libsqlServer(join(folder, "libsql"), started, printError);
  return { DATABASE_URL: url, DATABASE_AUTH_TOKEN: token };
}

/** Sends the documents of the demo and prints the results. */
async function uploadDemo(base: string, email: string, password: string): Promise<void> {
  const token = await signIn(serviceClient({ base, token: null, fetch }), { email, password });
  const result = await runScenario(serviceClient({ base, token, fetch }), await scenario());
  showVerdicts(screenOn(process.stdout), result);
}

/** Stops everything when a child ends. A signal to the process group may reach the child before this process: hence the wait. */
function stopWithChild(child: Child, name: string): void {
  children.push(child);
  void child.exited.then(async (code) => {
    await Bun.sleep(GROUP_SIGNAL_MS);
    if (!ending) await fail(`${name} terminou com ${code}`);
  });
}

const GROUP_SIGNAL_MS = 300;

async function fail(why: string): Promise<never> {
  printError(why);
  await end();
  process.exit(1);
}

function onSignal(): void {
  const again = ending;
  void end(again ? 0 : config.SHUTDOWN_TIMEOUT_MS).then(() => process.exit(again ? 1 : 0));
}

/** Stops the Worker first: its open requests may still need the database. */
async function end(timeoutMs = config.SHUTDOWN_TIMEOUT_MS): Promise<void> {
  ending = true;
  for (const child of children.toReversed()) await child.end(timeoutMs);
}
