import { type Config, variables } from "../config.ts";
import { type Child, startChild } from "./child-process.ts";
import { PROJECT, quietEnv, wrangler } from "./programs.ts";
import { assertPortFree, freePort, waitForAnswer } from "./tcp-ports.ts";

/** The Worker in workerd, under `wrangler dev`. */
export interface RunningWorker {
  /** `http://HOST:PORT`, without a slash at the end. */
  readonly url: string;
  readonly child: Child;
}

/** Variables of this process that the Worker does not use. */
const NOT_FOR_THE_WORKER = ["APP_ENV", "PORT", "HOST", "DATA_DIR", "ADMIN_PASSWORD"];

export interface WorkerOptions {
  readonly config: Pick<Config, "HOST" | "PORT">;
  /** Secrets, and the variables of config.ts that were given; wrangler.toml does not have them. */
  readonly vars: Record<string, string>;
  /** The folder of R2, queues and Durable Objects. */
  readonly folder: string;
  /** Called with the process before it is waited for. */
  readonly started: (child: Child) => void;
  /** Called with each line of the Worker's log. */
  readonly log: (line: string) => void;
  /** Called with each other line of wrangler. */
  readonly onMessage: (line: string) => void;
}

/** The variables of config.ts that this environment sets and the Worker uses. */
export function workerVars(env: Record<string, string | undefined>): Record<string, string> {
  const given = variables.flatMap(({ name }) => {
    const value = env[name];
    return value === undefined || value === "" || NOT_FOR_THE_WORKER.includes(name)
      ? []
      : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/**
 * Starts the Worker of wrangler.toml on HOST:PORT (0: a free port); resolves when it answers. wrangler restarts it when its sources
 * change. Throws when the port is in use, or with wrangler's output when the Worker does not start.
 */
export async function workerDev(worker: WorkerOptions): Promise<RunningWorker> {
  const { config, vars, folder, log, onMessage } = worker;
  const host = config.HOST.replace(/[[\]]/g, "");
  const port = config.PORT === 0 ? await freePort(host) : config.PORT;
  await assertPortFree(host, port);
  const startOutput: string[] = [];
  let ready = false;
  const child = startChild({
    command: [
      ...wrangler(),
      "dev",
      "--local",
      ...["--ip", host, "--port", String(port), "--persist-to", folder],
      // Neither .dev.vars nor .env is read. Variables come from this process, so that no secret is an argument or a file.
      ...["--env-file", "/dev/null", "--show-interactive-dev-session=false"],
    ],
    cwd: PROJECT,
    env: {
      ...quietEnv(process.env),
      ...vars,
      // A separate registry, because the Worker of another checkout has the same name.
      CLOUDFLARE_INCLUDE_PROCESS_ENV: "true",
      WRANGLER_REGISTRY_PATH: `${folder}/registry`,
      WRANGLER_LOG_PATH: `${folder}/logs`,
    },
    onLine(line, from) {
      if (line.startsWith("{")) log(line);
      else if (ready && !REQUEST_LINE.test(line)) onMessage(line);
      else if (!ready && (from === "stderr" || line.trim() !== "")) startOutput.push(line);
    },
  });
  worker.started(child);
  const shown = host.includes(":") ? `[${host}]` : host;
  const url = `http://${shown}:${port}`;
  try {
    await waitForAnswer(`http://${reachable(shown)}:${port}/api/health`, child, "wrangler dev");
  } catch (error) {
    throw new Error(
      [...startOutput, error instanceof Error ? error.message : String(error)].join("\n"),
    );
  }
  ready = true;
  return { url, child };
}

/** wrangler's line for each request, which the Worker logs itself, and blank lines. */
const REQUEST_LINE = /^(?:\[wrangler:info\].*|\s*)$/;

/** The loopback address of a server that listens on every address. */
const reachable = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "[::]" ? "[::1]" : host;
