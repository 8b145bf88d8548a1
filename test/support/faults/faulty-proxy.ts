import { connect, createServer, type Socket } from "node:net";

/** `open`: bytes pass. `slow`: what comes back comes so many ms late. `cut`: every connection is reset. */
export type ProxyState = "open" | { slowMs: number } | "cut";

/** A TCP proxy before a local port, whose state the test sets. */
export async function faultyProxy(port: number) {
  let road: ProxyState = "open";
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    connections += 1;
    sockets.add(near);
    near.on("close", () => sockets.delete(near)).on("error", () => near.destroy());
    if (road === "cut") return void near.resetAndDestroy();
    const far = connect(port, "127.0.0.1");
    far.on("error", () => near.destroy());
    near.on("close", () => far.destroy());
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => {
      if (typeof road === "string") near.write(bytes);
      else setTimeout(() => near.write(bytes), road.slowMs);
    });
    far.on("end", () => near.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    /** Connections since the start. */
    connections: () => connections,
    become(next: ProxyState) {
      road = next;
      if (road === "cut") for (const socket of sockets) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
