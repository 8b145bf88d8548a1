import { createServer } from "node:net";

const ok = "HTTP/1.1 200 OK\r\n";

/** Receivers that break HTTP, or the sender's trust. Each has read the whole request before. */
export const LIES = [
  { name: "refuses", bytes: "HTTP/1.1 500 Nao\r\nContent-Length: 0\r\n\r\n", afterwards: "end" },
  {
    name: "redirects",
    bytes: "HTTP/1.1 307 La\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
    afterwards: "end",
  },
  { name: "dies before it answers", bytes: "", afterwards: "reset" },
  { name: "ends without an answer", bytes: "", afterwards: "end" },
  { name: "dies in the head", bytes: "HTTP/1.1 200 O", afterwards: "reset" },
  { name: "speaks another protocol", bytes: "SSH-2.0-OpenSSH_9\r\n\r\n", afterwards: "end" },
  {
    name: "says more than it sends",
    bytes: `${ok}Content-Length: 99\r\n\r\nab`,
    afterwards: "end",
    received: true,
  },
  {
    name: "says 2xx and resets",
    bytes: `${ok}Content-Length: 99\r\n\r\nab`,
    afterwards: "reset",
    received: true,
  },
  { name: "sends a body without an end", bytes: `${ok}\r\n`, afterwards: "flood", received: true },
  {
    name: "keeps the body back",
    bytes: `${ok}Content-Length: 5\r\n\r\n`,
    afterwards: "stay",
    received: true,
  },
].map((lie) => ({ received: false, ...lie }));

/** A server over bare sockets: what it sends is no more HTTP than the test wants. */
export async function lyingReceiver(lieOf) {
  const got = [];
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    socket.setEncoding("utf8");
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk;
      const request = requestOf(text);
      if (request === null) return;
      text = "";
      got.push(request);
      const lie = lieOf(got.length - 1);
      if (lie === null) return void socket.end("HTTP/1.1 204 Sim\r\nConnection: close\r\n\r\n");
      behave(socket, lie);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  return {
    url: `http://127.0.0.1:${server.address().port}/sge`,
    got,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function behave(socket, { bytes, afterwards }) {
  const after = () => {
    if (afterwards === "end") socket.end();
    else if (afterwards === "reset") setTimeout(() => socket.resetAndDestroy(), 20);
    else if (afterwards === "drip" || afterwards === "flood") {
      const piece = afterwards === "flood" ? "x".repeat(16_384) : "x";
      const timer = setInterval(() => socket.write(piece), afterwards === "flood" ? 5 : 500);
      socket.on("close", () => clearInterval(timer));
    }
  };
  if (bytes === "") after();
  else socket.write(bytes, after);
}

/** The request in a text; null: it is not whole yet. */
function requestOf(text) {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const headers = Object.fromEntries(
    text
      .slice(0, end)
      .split("\r\n")
      .slice(1)
      .map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]),
  );
  const body = text.slice(end + 4);
  return Buffer.byteLength(body) < Number(headers["content-length"]) ? null : { headers, body };
}
