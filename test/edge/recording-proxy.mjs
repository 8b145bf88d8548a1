import { createServer } from "node:http";
import { Readable } from "node:stream";

/**
 * A road to the libSQL server that remembers what was asked of it, and can be blocked: what comes then waits, until it is
 * opened, or the client has gone.
 */
export async function road(to) {
  const asked = [];
  const listeners = new Set();
  let inWork = 0;
  let gate = null;
  let blocks = () => false;
  const server = createServer(async (request, response) => {
    try {
      const body = Buffer.concat(await request.toArray());
      const text = body.toString();
      asked.push(text);
      inWork += 1;
      response.once("close", () => {
        inWork -= 1;
        notify();
      });
      notify();
      if (blocks(text)) await gate.promise;
      const { host: _, ...headers } = request.headers;
      const answer = await fetch(new URL(request.url, to), {
        method: request.method,
        headers,
        body: body.length === 0 ? undefined : body,
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") });
      Readable.fromWeb(answer.body).pipe(response);
    } catch {
      response.destroy();
    }
  });
  const notify = () => {
    for (const look of listeners) look();
  };
  /** Resolves as soon as something is so. */
  const until = (isSo) =>
    new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  const count = (pattern) => asked.filter((text) => pattern.test(text)).length;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** How often something of this shape was asked. */
    count,
    /** Resolves when it was asked so often. */
    reached: (pattern, times) => until(() => count(pattern) >= times),
    /** Resolves when nothing is on its way. */
    quiet: () => until(() => inWork === 0),
    /** Lets nothing of this shape pass from now on. */
    block(pattern) {
      gate = Promise.withResolvers();
      blocks = (text) => pattern.test(text);
    },
    /** Blocks nothing more; what waits, waits on. */
    letPass() {
      blocks = () => false;
    },
    open() {
      blocks = () => false;
      gate?.resolve();
    },
    async close() {
      gate?.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One statement at the server itself, by no client of ours (hrana 2 over HTTP). */
export async function execute(url, sql) {
  const answer = await fetch(`${url}/v2/pipeline`, {
    method: "POST",
    body: JSON.stringify({ requests: [{ type: "execute", stmt: { sql } }, { type: "close" }] }),
  });
  const { results } = await answer.json();
  if (results[0].type !== "ok") throw new Error(results[0].error.message);
  return results[0].response.result;
}
