import { generateKeyPairSync, sign } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PRIVATE } from "../platform/bun/files/owner-only.ts";
import { type Child, startChild } from "./child-process.ts";
import { quietEnv, sqld } from "./programs.ts";
import { freePort, waitForAnswer } from "./tcp-ports.ts";

/** A local libSQL server. */
export interface LibsqlServer {
  readonly url: string;
  /** The server requires it for SQL, because a web page in a browser on this machine can reach the port too. */
  readonly token: string;
  readonly child: Child;
}

/**
 * Starts sqld on a free loopback port, with its data in `folder`, which it makes. Calls `started` with the process before it waits
 * for it, and `onError` with each line of an error. Throws when another sqld serves that folder, when there is no sqld on this
 * machine, or when it does not start.
 */
export async function libsqlServer(
  folder: string,
  started: (child: Child) => void,
  onError: (line: string) => void,
): Promise<LibsqlServer> {
  await mkdir(folder, PRIVATE);
  const urlFile = join(folder, "url");
  const other = await readFile(urlFile, "utf8").catch(() => "");
  // Two servers on one folder would damage its data.
  if (other !== "" && (await healthy(other)))
    throw new Error(`Em ${folder} já serve o sqld de ${other}; encerre-o antes`);
  const address = `127.0.0.1:${await freePort("127.0.0.1")}`;
  const url = `http://${address}`;
  await writeFile(urlFile, url);
  const { key, token } = keyAndToken();
  const child = startChild({
    command: sqld(join(folder, "data"), address),
    env: { ...quietEnv(process.env), SQLD_AUTH_JWT_KEY: key },
    onLine: (line) => void (ERROR_LINE.test(line) && onError(`sqld: ${line}`)),
  });
  started(child);
  await waitForAnswer(`${url}/health`, child, "sqld");
  return { url, token, child };
}

/** A new key and the only token that it signs; neither is written to a file or given as an argument. */
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

/** Lines that are errors; the others are a welcome. */
const ERROR_LINE = /\b(?:ERROR|Error|panicked)\b/;

const healthy = (url: string): Promise<boolean> =>
  fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
