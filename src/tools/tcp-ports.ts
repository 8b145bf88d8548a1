import { createServer } from "node:net";
import type { Child } from "./child-process.ts";

const START_TIMEOUT_MS = 60_000;

/** A TCP port of the address on which no process listens at this moment. */
export const freePort = (host: string): Promise<number> => listenOnce(host, 0);

/** Throws (Portuguese) when the port of the address is in use, or may not be opened. */
export async function assertPortFree(host: string, port: number): Promise<void> {
  await listenOnce(host, port).catch((error: Error) => {
    throw new Error(`Não foi possível abrir a porta ${host}:${port}: ${error.message}`);
  });
}

async function listenOnce(host: string, asked: number): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(asked, host, resolve);
  await promise;
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : asked;
}

/** Resolves at the first successful answer of the address; throws when the program ends before, or after a minute. */
export async function waitForAnswer(url: string, child: Child, name: string): Promise<void> {
  let ended: number | null = null;
  void child.exited.then((code) => {
    ended = code;
  });
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
  while (!deadline.aborted) {
    if (ended !== null) throw new Error(`${name} terminou com ${ended} antes de responder`);
    const answer = await fetch(url, { signal: deadline }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    await Bun.sleep(20);
  }
  throw new Error(`${name} não respondeu em ${START_TIMEOUT_MS / 1_000} s`);
}
