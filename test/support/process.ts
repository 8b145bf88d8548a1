import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trusted } from "../../src/lib/cast.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { RUNTIME } from "./runtime.ts";

const DOOR = new URL("../../src/bun.ts", import.meta.url).pathname;
export const ADMIN = { email: "chefe@loja.example", password: "uma senha de verdade" };

/** A directory that is removed at the end of its scope. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "sge-process-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** No test calls the tax office: its services are at a port of this machine where nothing listens. */
export const NOWHERE = ["distribution", "statement", "query"]
  .map((service) => `${service}=https://127.0.0.1:1/`)
  .join();

/** Starts the service in a new process, as `bun run start` does; `command` may wrap the runtime. */
export function startProcess(
  cwd: string,
  env: Record<string, string> = {},
  command: readonly string[] = [],
) {
  const child = Bun.spawn([...command, process.execPath, DOOR], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      PORT: "0",
      PASSWORD_COST: "4",
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      COMPANY_CNPJ: COMPANY.cnpj,
      RATE_LIMIT_PER_SECOND: "0",
      LOG_LEVEL: "warn",
      SEFAZ_URLS: NOWHERE,
      ...RUNTIME,
      ...env,
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const lines: string[] = [];
  const said = child.stderr.text();
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  listening.catch(() => undefined);
  const outputRead = (async () => {
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const [...whole] = (rest + chunk).split("\n");
      rest = whole.pop() ?? "";
      lines.push(...whole);
      for (const line of whole) {
        const url = /^listening on (http:\S+)$/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      }
    }
    reject(new Error(`the service ended: ${await said}`));
  })();
  return {
    child,
    /** Lines of its standard output so far. */
    lines,
    /** Resolves with its address when it listens; rejects with its standard error when it ends before. */
    listening,
    /** Resolves with its exit code when all of its output was read. */
    async ended() {
      const code = await child.exited;
      await outputRead;
      return code;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Signs in as the administrator and returns the token. */
export async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/login`, { method: "POST", body: JSON.stringify(ADMIN) });
  return trusted<{ token: string }>(await answer.json()).token;
}
