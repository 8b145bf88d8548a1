import { createServer } from "node:http";

/** The receiver of test/contracts/outgoing.ts, for Bun and for the tests of the edge, which run under Node. */
export async function contractReceiver() {
  const server = createServer(async (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    for await (const chunk of request) body += chunk;
    const { pathname } = new URL(request.url ?? "/", "http://receiver");
    if (pathname === "/exact") {
      const right =
        request.method === "POST" &&
        body === '{"ção":1}' &&
        request.url === "/exact?a=b" &&
        request.headers["webhook-id"] === "e1" &&
        request.headers["content-type"] === "application/json";
      response.writeHead(right ? 299 : 400).end("visto");
    } else if (pathname === "/redirect") response.writeHead(307, { location: "/exact?a=b" }).end();
    else if (pathname === "/later") response.writeHead(503, { "retry-after": "120" }).end();
    else if (pathname === "/endless") response.writeHead(200).write("…");
    else if (pathname !== "/silent") response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
