import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { firstRun } from "../accounts/people/first-run.ts";
import { createApp } from "../app.ts";
import { runningServer } from "../cli/service/running-server.ts";
import { serviceClient, signIn } from "../cli/service/service-client.ts";
import { paint, screenOn } from "../cli/terminal/screen.ts";
import { type Config, parseConfig } from "../config.ts";
import { compareDocuments } from "../nfe/read/compare.ts";
import { readDocument } from "../nfe/read/read.ts";
import { MARK } from "../platform/bun/files/marks.ts";
import { setPrivateUmask } from "../platform/bun/files/owner-only.ts";
import { type Running, serve } from "../platform/bun/serve.ts";
import { COMPANY } from "../synthetic/trade.ts";
import { runScenario } from "./run-scenario.ts";
import { scenario } from "./scenario.ts";
import { showCsv, showSpeed, showStock, showVerdicts } from "./show.ts";

/**
 * Door: the demo. It makes a new database, sends an invented month of trade through the HTTP API, and
 * prints the results.
 */
const folder = process.argv[2] ?? "data/demo";
const terminal = process.stdout.isTTY === true;
const screen = screenOn(process.stdout);
const ADMIN = { email: "demo@sge.example", password: `demo-${crypto.randomUUID().slice(0, 13)}` };

/** The files of an earlier run, which are removed. */
const OLD_FILES = [
  MARK,
  "sge.db",
  "sge.db-wal",
  "sge.db-shm",
  "estoque.csv",
  "movimentos.csv",
  "server.json",
];

/**
 * The environment is not read: the demo must not open the database of a real service on this machine.
 */
const configOn = (port: string): Config =>
  parseConfig({
    APP_ENV: "development",
    HOST: "127.0.0.1",
    PORT: port,
    DATA_DIR: folder,
    DATABASE_URL: `file:${folder}/sge.db`,
    COMPANY_NAME: COMPANY.name,
    COMPANY_CNPJ: COMPANY.cnpj,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    RATE_LIMIT_PER_SECOND: "0",
    RATE_LIMIT_BURST: "0",
    LOG_LEVEL: "error",
  });

const serveOn = (port: string): Promise<Running> =>
  serve(configOn(port), {
    domain: { readDocument, compareDocuments },
    async build(ports) {
      await firstRun(ports);
      return createApp(() => ports);
    },
  });

async function main(): Promise<number> {
  const other = await runningServer({ DATA_DIR: folder });
  if (other !== null) throw new Error(`A demonstração já está em ${other}; encerre-a antes`);
  await mkdir(folder, { recursive: true });
  await Promise.all(OLD_FILES.map((name) => rm(join(folder, name), { force: true })));
  // At a terminal the usual port is used, unless another process has it.
  const running = terminal
    ? await serveOn(process.env.PORT ?? "8003").catch(() => serveOn("0"))
    : await serveOn("0");
  try {
    return await show(running);
  } finally {
    await running.stop();
  }
}

async function show({ url }: Running): Promise<number> {
  const anonymous = serviceClient({ base: url, token: null, fetch });
  const token = await signIn(anonymous, ADMIN);
  const service = serviceClient({ base: url, token, fetch });
  screen.line(
    `${paint(screen, "bold", "S.G.E.")}  ${COMPANY.name}, banco novo em ${folder}/sge.db`,
  );
  const result = await runScenario(service, await scenario());
  showVerdicts(screen, result);
  await showStock(screen, service, 12);
  await showCsv(screen, service, folder);
  showSpeed(screen, result);
  if (!terminal) return 0;
  screen.line();
  screen.line(`${paint(screen, "bold", "No ar em")} ${url}  (Ctrl+C encerra)`);
  screen.line(`  entre com ${ADMIN.email} e a senha ${ADMIN.password}`);
  await new Promise<void>((end) => {
    process.once("SIGINT", () => end());
    process.once("SIGTERM", () => end());
  });
  return 0;
}

setPrivateUmask();
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
