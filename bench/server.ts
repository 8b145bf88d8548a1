import { join } from "node:path";
import { trusted } from "../src/lib/cast.ts";
import { NoteStream } from "../src/synthetic/note-stream.ts";
import type { SyntheticNote } from "../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../src/synthetic/trade.ts";
import { RUNTIME } from "../test/support/runtime.ts";
import { emptyFolder } from "./folder.ts";
import { form, get, type Sending } from "./requests.ts";

/**
 * A system that accepts notes over HTTP, in a new process, with an empty database in a new folder. Disposing of it stops the
 * process and removes the folder.
 */
export interface System extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** An upload of a note that this system has not seen, of `items` lines (10) out of 5,000 products. */
  upload(items?: number): Sending;
  /** The smallest GET that it answers. */
  readonly probe: Sending;
  /** Stops the process; resolves with the milliseconds from the signal to the exit. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<number>;
}

export interface Service extends System {
  readonly token: string;
  /** Path of the database file. */
  readonly database: string;
  /** One request with `count` new notes of 10 items. */
  batch(count: number): Sending;
}

const ROOT = join(import.meta.dir, "..");
export const ADMIN = { email: "bench@example.com", password: "uma senha de bancada" };
const PRODUCTS = 5_000;
const START_MS = 15_000;

/**
 * Starts the service and logs in; only the rate limit and log lines below errors are turned off. `env` overrides its settings;
 * `preload` names modules that its process loads first.
 */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  preload: readonly string[] = [],
): Promise<Service> {
  await using owned = new AsyncDisposableStack();
  const folder = owned.use(await emptyFolder()).path;
  const database = join(folder, "sge.db");
  const loads = preload.flatMap((path) => ["--preload", path]);
  const child = Bun.spawn([process.execPath, ...loads, "src/bun.ts"], {
    cwd: ROOT,
    stdout: "pipe",
    env: {
      PATH: process.env.PATH ?? "",
      ...RUNTIME,
      PORT: "0",
      DATABASE_URL: `file:${database}`,
      DATA_DIR: folder,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      COMPANY_CNPJ: COMPANY.cnpj,
      RATE_LIMIT_PER_SECOND: "0",
      LOG_LEVEL: "error",
      ...env,
    },
  });
  owned.defer(() => endProcess(child));
  const late = setTimeout(() => child.kill("SIGKILL"), START_MS);
  const url = await announcedUrl(child.stdout);
  clearTimeout(late);
  const token = await logIn(url);
  const note = freshNotes();
  const to = (path: string) => ({ url, path, token });
  return {
    ...systemOf(child, owned.move()),
    url,
    token,
    database,
    upload: (items = 10) => form(to("/api/nfe/upload?approve=true"), "file", [note(items)]),
    batch: (count) =>
      form(
        to("/api/nfe/batch?approve=true"),
        "files",
        Array.from({ length: count }, () => note(10)),
      ),
    probe: get({ url, path: "/api/health" }),
  };
}

/**
 * Another system, to be measured in the same run; null where the environment names none. `BENCH_PEER` is its command, in
 * which `{folder}` stands for an empty folder; `BENCH_PEER_URL` (http://127.0.0.1:8091) is where it then listens,
 * `BENCH_PEER_PATH` (/nfe/upload) takes a note as the field `file` of a form, `BENCH_PEER_PROBE` (/health) a GET.
 */
export async function startPeer(): Promise<System | null> {
  const command = process.env.BENCH_PEER ?? "";
  if (command === "") return null;
  const url = process.env.BENCH_PEER_URL ?? "http://127.0.0.1:8091";
  if (await listens(url)) throw new Error(`another process listens at ${url}`);
  await using owned = new AsyncDisposableStack();
  const folder = owned.use(await emptyFolder()).path;
  const words = command.replaceAll("{folder}", folder).split(/\s+/);
  const child = Bun.spawn(words, { cwd: folder, stdout: "ignore" });
  owned.defer(() => endProcess(child));
  const end = performance.now() + START_MS;
  while (!(await listens(url))) {
    if (child.exitCode !== null || performance.now() > end)
      throw new Error(`${command} does not listen at ${url}`);
    await Bun.sleep(20);
  }
  const note = freshNotes();
  const path = process.env.BENCH_PEER_PATH ?? "/nfe/upload";
  return {
    ...systemOf(child, owned.move()),
    url,
    upload: (items = 10) => form({ url, path }, "file", [note(items)]),
    probe: get({ url, path: process.env.BENCH_PEER_PROBE ?? "/health" }),
  };
}

function systemOf(child: Bun.Subprocess, owned: AsyncDisposableStack) {
  return {
    pid: child.pid,
    async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM") {
      const asked = performance.now();
      await endProcess(child, signal);
      return performance.now() - asked;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function endProcess(child: Bun.Subprocess, signal: "SIGTERM" | "SIGKILL" = "SIGTERM") {
  child.kill(signal);
  await child.exited;
}

/** Notes with the given number of items, without a repeated key. */
export function freshNotes(): (items: number) => SyntheticNote {
  const streams = new Map<number, NoteStream>();
  return (items) => {
    // A stream's series follows from its seed, so that two streams never give the same key.
    const stream =
      streams.get(items) ?? new NoteStream({ items, products: PRODUCTS, seed: 1 + streams.size });
    streams.set(items, stream);
    return stream.next();
  };
}

/** The address on which the service listens, from its output. Later output is read too, so that the pipe never fills. */
async function announcedUrl(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const read = async () => {
    const decoder = new TextDecoder();
    let said = "";
    for await (const bytes of output) {
      if (said.length < 4_096) said += decoder.decode(bytes, { stream: true });
      const url = /listening on (\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    }
    reject(new Error(`the service did not start: ${said}`));
  };
  read().catch(reject);
  return promise;
}

export async function logIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ADMIN),
  });
  if (!answer.ok) throw new Error(`login: ${answer.status} ${await answer.text()}`);
  return trusted<{ token: string }>(await answer.json()).token;
}

async function listens(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
