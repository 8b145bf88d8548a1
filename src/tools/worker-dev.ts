import { type Config, variables } from "../config.ts";
import { type Child, startChild } from "./child-process.ts";
import { PROJECT, quietEnv, wrangler } from "./programs.ts";
import { assertPortFree, freePort, waitForAnswer } from "./tcp-ports.ts";

/** The Worker in workerd, under `wrangler dev`. */
export interface RunningWorker {
  /** `http://HOST:PORT`, without a slash at its end. */
  readonly url: string;
  readonly child: Child;
}

/** Of this process or of its own start; the Worker has no use for them. */
const NOT_THE_WORKERS = ["APP_ENV", "PORT", "HOST", "DATA_DIR", "ADMIN_PASSWORD"];

export interface WorkerOptions {
  readonly config: Pick<Config, "HOST" | "PORT">;
  /** What the bindings of wrangler.toml do not say: secrets, and the variables of config.ts that were given. */
  readonly vars: Record<string, string>;
  /** Where R2, queues and Durable Objects are kept. */
  readonly folder: string;
  /** Is given the program before it is waited for. */
  readonly started: (child: Child) => void;
  /** Hears the Worker's own lines of log. */
  readonly log: (line: string) => void;
  /** Hears what wrangler has to say. */
  readonly say: (line: string) => void;
}

/** The variables of config.ts that this environment gives, as the Worker may have them. */
export function workerVars(env: Record<string, string | undefined>): Record<string, string> {
  const given = variables.flatMap(({ name }) => {
    const value = env[name];
    return value === undefined || value === "" || NOT_THE_WORKERS.includes(name)
      ? []
      : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/**
 * Starts the Worker of wrangler.toml on HOST:PORT (0 takes a free port); resolves when it answers. It starts again by itself when
 * its sources change. Throws when the port is taken, or with what wrangler said when the Worker does not come up.
 */
export async function workerDev(worker: WorkerOptions): Promise<RunningWorker> {
  const { config, vars, folder, log, say } = worker;
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
      // Neither .dev.vars nor .env is read, only what this process hands on; and so no secret is an argument or a file.
      ...["--env-file", "/dev/null", "--show-interactive-dev-session=false"],
    ],
    cwd: PROJECT,
    env: {
      ...quietEnv(process.env),
      ...vars,
      // A registry of one's own: another checkout's Worker has the same name.
      CLOUDFLARE_INCLUDE_PROCESS_ENV: "true",
      WRANGLER_REGISTRY_PATH: `${folder}/registry`,
      WRANGLER_LOG_PATH: `${folder}/logs`,
    },
    onLine(line, from) {
      if (line.startsWith("{")) log(line);
      else if (ready && !REQUEST_LINE.test(line)) say(line);
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

/** One line for each request, which the Worker logs itself, and blank ones. */
const REQUEST_LINE = /^(?:\[wrangler:info\].*|\s*)$/;

/** Where this machine finds what listens on every address. */
const reachable = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "[::]" ? "[::1]" : host;
