import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { firstRun } from "../accounts/people/first-run.ts";
import { createApp } from "../app.ts";
import { runningServer } from "../cli/service/running-server.ts";
import { serviceClient, signIn } from "../cli/service/service-client.ts";
import { paint, screenOn } from "../cli/terminal/screen.ts";
import { type Config, parseConfig } from "../config.ts";
import { consumerOf } from "../consumer.ts";
import { chainAllAudits } from "../journal/chain-audit.ts";
import { runMaintenance } from "../maintenance.ts";
import { compareDocuments } from "../nfe/read/compare.ts";
import { readDocument } from "../nfe/read/read.ts";
import { MARK } from "../platform/bun/files/marks.ts";
import { setPrivateUmask } from "../platform/bun/files/owner-only.ts";
import { type Running, serve } from "../platform/bun/serve.ts";
import { readPackedAnswer } from "../sefaz/wire/distribution.ts";
import { COMPANY } from "../synthetic/trade.ts";
import { liveMonth } from "./month.ts";
import { showCsv, showSpeed, showStock, showVerdicts } from "./show.ts";

/**
 * Door: the demo. It makes a new database, lives an invented month of trade through the HTTP API, and prints the results; at a
 * terminal it goes on serving the page.
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

const KEEP_UP_MS = 30_000;

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
    // It signs in each day of the month, with a password of 52 random bits.
    PASSWORD_COST: "12",
    RATE_LIMIT_PER_SECOND: "0",
    RATE_LIMIT_BURST: "0",
    LOG_LEVEL: "error",
  });

/** The month is lived day by day: the service's clock shows this moment (ms since 1970); null: the time of this machine. */
let shown: number | null = null;

const serveOn = (port: string): Promise<Running> =>
  serve(configOn(port), {
    domain: { readDocument, compareDocuments, readPackedAnswer },
    clock: { now: () => shown ?? Date.now() },
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

async function show({ url, ports }: Running): Promise<number> {
  const anonymous = serviceClient({ base: url, token: null, fetch });
  const enter = async () =>
    serviceClient({ base: url, token: await signIn(anonymous, ADMIN), fetch });
  screen.line(
    `${paint(screen, "bold", "S.G.E.")}  ${COMPANY.name}, banco novo em ${folder}/sge.db`,
  );
  const setClock = (at: string | null) => {
    shown = at === null ? null : Date.parse(at);
  };
  const result = await liveMonth({ setClock, enter }, today());
  const service = await enter();
  showVerdicts(screen, result);
  await showStock(screen, service, 12);
  await showCsv(screen, service, folder);
  showSpeed(screen, result);
  if (!terminal) return 0;
  keepUp(ports);
  screen.line();
  screen.line(`${paint(screen, "bold", "Abra no navegador")}  ${paint(screen, "green", url)}`);
  screen.line(`  e-mail ${ADMIN.email}   senha ${ADMIN.password}   (Ctrl+C encerra)`);
  await new Promise<void>((end) => {
    process.once("SIGINT", () => end());
    process.once("SIGTERM", () => end());
  });
  return 0;
}

/** The day in the shop's time zone, `YYYY-MM-DD`. */
const today = (): string =>
  new Date().toLocaleDateString("sv-SE", { timeZone: "America/Sao_Paulo" });

/** Jobs of the page (ZIP, exports) are worked on, and what a service does without being asked is done. */
function keepUp(ports: Running["ports"]): void {
  ports.startQueues(consumerOf);
  const faults = () => undefined;
  const often = () => {
    runMaintenance(ports, ports.stopping).catch(faults);
    chainAllAudits(ports, ports.stopping).catch(faults);
  };
  often();
  setInterval(often, KEEP_UP_MS).unref();
}

setPrivateUmask();
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
