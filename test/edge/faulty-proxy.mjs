import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/**
 * A proxy before a libSQL server whose faults a test sets: `open`; `{ slowMs }`, so much later; `cut`, every connection falls. Counts
 * what goes by. (recording-proxy.mjs delays requests; this one makes them fail.)
 */
export async function faultyProxy(to) {
  let state = "open";
  let asked = 0;
  let lost = null;
  const server = createServer(async (request, response) => {
    const fall = () => request.socket.destroy();
    asked += 1;
    try {
      const body = Buffer.concat(await request.toArray());
      if (state === "cut") return fall();
      if (typeof state === "object") await pause(state.slowMs);
      const { host: _, ...headers } = request.headers;
      const { method, url } = request;
      const answer = await fetch(to + url, {
        method,
        headers,
        body: method === "GET" ? null : body,
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (state === "cut") return fall();
      if (lost?.test(body.toString())) {
        lost = null;
        return fall();
      }
      const type = answer.headers.get("content-type");
      response.writeHead(answer.status, type === null ? {} : { "content-type": type }).end(bytes);
    } catch {
      fall();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Requests since the start. */
    asked: () => asked,
    become(next) {
      state = next;
      if (state === "cut") server.closeAllConnections();
    },
    /** The next request of this shape is done, and its answer never comes. */
    lose(pattern) {
      lost = pattern;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
