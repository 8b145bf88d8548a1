import { join } from "node:path";
import { z } from "zod";
import { parseConfig } from "../src/config.ts";
import { migrateAndSeed } from "../src/start/migrate-and-seed.ts";
import { COMPANY } from "../src/synthetic/trade.ts";
import { PROJECT, quietEnv, wrangler } from "../src/tools/programs.ts";
import { freePort } from "../src/tools/tcp-ports.ts";
import { libsqlServer } from "../test/support/sqld.ts";
import { startBucket } from "./bucket.ts";
import { emptyFolder } from "./folder.ts";
import { form, get, type Sending } from "./requests.ts";
import { ADMIN, freshNotes, logIn } from "./server.ts";

/** The Worker in a new workerd, over an empty libSQL server. Disposing of it stops both. */
export interface Isolate extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** An upload of a new note of 10 items, registered and approved. */
  upload(): Sending;
  readonly probe: Sending;
}

const START_MS = 15_000;

/**
 * Starts the bundle that `wrangler deploy` would send in plain workerd, without wrangler and its simulations in the same process,
 * as in production. R2 is another server that accepts the bytes; the rate limit is off, and no queue is bound.
 */
export async function startIsolate(): Promise<Isolate> {
  await using owned = new AsyncDisposableStack();
  const folder = owned.use(await emptyFolder()).path;
  const database = owned.use(await libsqlServer());
  const DATABASE_URL = `http://127.0.0.1:${database.port}`;
  const given = { DATABASE_URL, PASSWORD_COST: "4", ...QUIET_SETTINGS };
  await migrateAndSeed(
    parseConfig({
      ...given,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      COMPANY_CNPJ: COMPANY.cnpj,
    }),
    { printFile: () => undefined },
  );
  const bucket = owned.use(startBucket());
  await bundled(folder);
  const port = await freePort("127.0.0.1");
  await Bun.write(
    join(folder, "config.capnp"),
    await configOf(port, bucket.port, { ...given, JWT_SECRET: SECRET }),
  );
  const workerd = `${PROJECT}node_modules/.bin/workerd`;
  const child = Bun.spawn([workerd, "serve", join(folder, "config.capnp")], {
    env: quietEnv(process.env),
    stdout: "ignore",
    stderr: "inherit",
  });
  owned.defer(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  const url = `http://127.0.0.1:${port}`;
  const end = performance.now() + START_MS;
  while (
    !(await fetch(`${url}/api/health`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() > end) throw new Error("workerd is not there");
    await Bun.sleep(20);
  }
  const token = await logIn(url);
  const note = freshNotes();
  const all = owned.move();
  return {
    url,
    pid: child.pid,
    upload: () => form({ url, path: "/api/nfe/upload?approve=true", token }, "file", [note(10)]),
    probe: get({ url, path: "/api/health" }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const QUIET_SETTINGS = { RATE_LIMIT_PER_SECOND: "0", LOG_LEVEL: "error" };
const SECRET = "only for the bench: 32 characters or more";

/** `worker.js` in the folder, as it is deployed. */
async function bundled(folder: string): Promise<void> {
  const command = [...wrangler(), "deploy", "--dry-run", "--env", "production", "--outdir", folder];
  const child = Bun.spawn(command, { cwd: PROJECT, env: quietEnv(process.env), stdout: "ignore" });
  if ((await child.exited) !== 0) throw new Error("wrangler did not bundle");
}

const DEPLOYED = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
});

/** workerd's configuration; the date and flags are read from wrangler.toml. */
async function configOf(
  port: number,
  bucket: number,
  vars: Record<string, string>,
): Promise<string> {
  const deployed = DEPLOYED.parse(Bun.TOML.parse(await Bun.file(`${PROJECT}wrangler.toml`).text()));
  const bindings = Object.entries(vars).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "bucket", external = (address = "127.0.0.1:${bucket}", http = ())),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = ${JSON.stringify(deployed.compatibility_date)},
  compatibilityFlags = ${JSON.stringify(deployed.compatibility_flags)},
  bindings = [(name = "ORIGINALS", r2Bucket = "bucket"), ${bindings.join(", ")}],
);
`;
}
