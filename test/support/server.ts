import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstRun } from "../../src/accounts/people/first-run.ts";
import { createApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { compareDocuments } from "../../src/nfe/read/compare.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import { type Running, serve } from "../../src/platform/bun/serve.ts";
import { readPackedAnswer } from "../../src/sefaz/wire/distribution.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { type Answer, answerOf } from "./app.ts";
import { migrated, testConfig } from "./ports.ts";

/** The service as src/bun.ts makes it, on a socket and a new database, with the administrator's token. */
export interface Server extends Running {
  readonly token: string;
  call(method: string, path: string, init?: RequestInit): Promise<Answer>;
  /** Uploads XML as the raw body. */
  upload(document: string | Uint8Array<ArrayBuffer>, query?: string): Promise<Answer>;
}

const PASSWORD = "uma senha dos testes";

/** Runs `body` with a server on a socket, and stops it afterwards. `withApp` does the same in process. */
export async function withServer(
  body: (server: Server) => Promise<void>,
  changed: Partial<Config> = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sge-server-"));
  // The first start's migrations have tests of their own (test/cli, test/platform): here its database is a copy, as in `testPorts`.
  if (changed.DATABASE_URL === undefined)
    await writeFile(join(folder, "sge.db"), await migrated(), { mode: 0o600 });
  const config = testConfig({
    DATABASE_URL: `file:${join(folder, "sge.db")}`,
    DATA_DIR: folder,
    LOG_LEVEL: "error",
    ADMIN_PASSWORD: PASSWORD,
    COMPANY_CNPJ: [COMPANY.cnpj],
    COMPANY_NAME: COMPANY.name,
    // A connection whose body was refused unread stays open until the client has read the answer.
    SHUTDOWN_TIMEOUT_MS: 600,
    ...changed,
  });
  const running = await serve(config, {
    domain: { readDocument, compareDocuments, readPackedAnswer },
    async build(ports) {
      await firstRun(ports);
      return createApp(() => ports);
    },
  });
  // Many of these tests provoke refusals, which would fill the log.
  running.ports.log = () => undefined;
  try {
    await body(await signedIn(running, config));
  } finally {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function signedIn(running: Running, config: Config): Promise<Server> {
  const email = config.ADMIN_EMAIL;
  const login = await fetch(`${running.url}/api/login`, {
    method: "POST",
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  const { body } = await answerOf(login);
  const token: string = body.token;
  const call: Server["call"] = async (method, path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return answerOf(await fetch(`${running.url}${path}`, { ...init, method, headers }));
  };
  return {
    ...running,
    token,
    call,
    upload: (document, query = "") =>
      call("POST", `/api/nfe/upload${query}`, {
        body: document,
        headers: { "content-type": "application/xml" },
      }),
  };
}
