import { generateKeyPairSync, sign } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PRIVATE } from "../platform/bun/files/owner-only.ts";
import { type Child, startChild } from "./child-process.ts";
import { quietEnv, sqld } from "./programs.ts";
import { freePort, waitForAnswer } from "./tcp-ports.ts";

/** A libSQL server of one's own. */
export interface LibsqlServer {
  readonly url: string;
  /** Without it the server answers no SQL: a page of a browser on this machine reaches the port too. */
  readonly token: string;
  readonly child: Child;
}

/**
 * Starts sqld on a free loopback port, with its data in `folder`, which it makes; `started` is given the program before it is
 * waited for, `say` hears its complaints. Throws when another one serves that folder, when there is no sqld on this machine,
 * or when it does not come up.
 */
export async function libsqlServer(
  folder: string,
  started: (child: Child) => void,
  say: (line: string) => void,
): Promise<LibsqlServer> {
  await mkdir(folder, PRIVATE);
  const sign = join(folder, "url");
  const other = await readFile(sign, "utf8").catch(() => "");
  // Two servers over one folder would spoil it.
  if (other !== "" && (await healthy(other)))
    throw new Error(`Em ${folder} já serve o sqld de ${other}; encerre-o antes`);
  const address = `127.0.0.1:${await freePort("127.0.0.1")}`;
  const url = `http://${address}`;
  await writeFile(sign, url);
  const { key, token } = keyAndToken();
  const child = startChild({
    command: [sqld(), "-d", join(folder, "data"), "--http-listen-addr", address],
    env: { ...quietEnv(process.env), SQLD_AUTH_JWT_KEY: key },
    onLine: (line) => void (TROUBLE.test(line) && say(`sqld: ${line}`)),
  });
  started(child);
  await waitForAnswer(`${url}/health`, child, "sqld");
  return { url, token, child };
}

/** A key of this start, and the one token that it will ever sign: neither is an argument or a file. */
function keyAndToken(): { key: string; token: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const signed = `${part({ alg: "EdDSA", typ: "JWT" })}.${part({ a: "rw" })}`;
  const signature = sign(null, Buffer.from(signed), privateKey).toString("base64url");
  return {
    key: publicKey.export({ format: "jwk" }).x ?? "",
    token: `${signed}.${signature}`,
  };
}

/** The rest of what it says is a welcome. */
const TROUBLE = /\b(?:ERROR|Error|panicked)\b/;

const healthy = (url: string): Promise<boolean> =>
  fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
