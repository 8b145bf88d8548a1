import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import { PRIVATE } from "./files/owner-only.ts";
import { fixHeadLength, type Requests, requestsOf } from "./network/requests.ts";
import { type BunDomain, type BunPorts, bunPorts } from "./ports.ts";
import { watch } from "./process-gauges.ts";

/** What an entry point gives: the pure functions of the domain, and the app that answers requests over the ports. */
export interface ServiceParts {
  readonly domain: BunDomain;
  /** Absent: the time of this machine. */
  readonly clock?: BunPorts["clock"];
  build(ports: BunPorts): Promise<{ fetch(request: Request): Response | Promise<Response> }>;
}

export interface Running {
  /** `http://HOST:PORT`, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly ports: BunPorts;
  /**
   * Aborts `stopping`, accepts no new connection, lets running requests end or cuts them, writes pending jobs and closes
   * everything: all within SHUTDOWN_TIMEOUT_MS, or it rejects. May be called again.
   */
  stop(): Promise<void>;
}

/** Share of SHUTDOWN_TIMEOUT_MS after which running requests are cut; the rest is for their pending writes. */
const FOR_REQUESTS = 0.8;

/** No bound here: Bun's own 413 has no body. The app itself limits bodies and answers with a problem (http/request/upload-body.ts). */
const MAX_BODY_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * Opens the ports, builds the app, and serves. While it runs, `DATA_DIR/server.json` holds `{url, pid}`.
 * Throws when the ports cannot be opened or the TCP port is in use; then nothing stays open.
 */
export async function serve(config: Config, parts: ServiceParts): Promise<Running> {
  const ports = await bunPorts(config, parts.domain, "migrate", parts.clock);
  let listening: Bun.Server<undefined> | undefined;
  try {
    const app = await parts.build(ports);
    const server = listen(ports, app.fetch);
    listening = server;
    const watching = watch(ports, server);
    const host = config.HOST.includes(":") ? `[${config.HOST.replace(/[[\]]/g, "")}]` : config.HOST;
    const port = server.port ?? config.PORT;
    const url = `http://${host}:${port}`;
    const addressFile = await writeAddress(config.DATA_DIR, url);
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      const started = performance.now();
      ports.beginStop();
      const how = await ended(server, config.SHUTDOWN_TIMEOUT_MS * FOR_REQUESTS);
      watching.end();
      await addressFile.remove();
      const left = config.SHUTDOWN_TIMEOUT_MS - (performance.now() - started);
      await closed(ports, Math.max(0, left));
      const ms = Math.round(performance.now() - started);
      ports.log(how === "cut" ? "warn" : "info", "server.stopped", { requests: how, ms });
    };
    return {
      url,
      port,
      ports,
      stop() {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await listening?.stop(true);
    await ports.close();
    throw error;
  }
}

function listen(ports: BunPorts, answer: (request: Request) => Response | Promise<Response>) {
  const { HOST, PORT } = ports.config;
  let requests: Requests;
  const server = Bun.serve({
    hostname: HOST.replace(/[[\]]/g, ""),
    port: PORT,
    development: false,
    // Bun's default lets one process listen twice on a port, where only the first server gets requests.
    reusePort: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    fetch(request) {
      const whole = requests.whole(request);
      const answered = answer(whole);
      if (request.method !== "HEAD") return answered;
      return Promise.resolve(answered).then(fixHeadLength);
    },
    // For errors outside of the app, which answers its own by http/problem.ts.
    error(error) {
      ports.log("error", "server.crashed", { name: error.name });
      const detail =
        "O sistema falhou ao responder. Tente de novo; se continuar, envie os detalhes ao suporte";
      return Response.json(
        {
          type: "about:blank",
          title: "Erro interno",
          status: 500,
          detail,
          error: detail,
          code: "internal",
        },
        { status: 500, headers: { "content-type": "application/problem+json; charset=utf-8" } },
      );
    },
  });
  requests = requestsOf(server, server.url.origin);
  ports.attach(requests);
  return server;
}

/** Accepts no new connection; running requests end within the time, or are cut. */
async function ended(server: Bun.Server<undefined>, timeoutMs: number): Promise<"ended" | "cut"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(resolve, timeoutMs, "late");
  const how = await Promise.race([server.stop(), late]);
  clearTimeout(timer);
  if (how !== "late") return "ended";
  await server.stop(true);
  return "cut";
}

/** A database that does not answer must not delay the exit: acknowledged writes are already durable. */
async function closed(ports: BunPorts, timeoutMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const tooLate = () => reject(new Error("the database could not be closed in time"));
  const timer = setTimeout(tooLate, timeoutMs);
  await Promise.race([ports.close(), late]).finally(() => clearTimeout(timer));
}

/** Writes the address of this process into the data directory, for other entry points (demo, CLI). */
async function writeAddress(folder: string, url: string): Promise<{ remove(): Promise<void> }> {
  await mkdir(folder, PRIVATE);
  const path = join(folder, "server.json");
  const text = `${JSON.stringify({ url, pid: process.pid })}\n`;
  await writeFile(path, text);
  return {
    async remove() {
      // Another process may serve from the same directory by now; its file stays.
      if ((await readFile(path, "utf8").catch(() => "")) === text) await rm(path, { force: true });
    },
  };
}
