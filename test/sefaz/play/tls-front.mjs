// The TLS side of the play, for node: Bun's server cannot renegotiate. Each request goes on to the play by plain HTTP on this
// machine, with the CN of the client's certificate; what the play's headers say of the connection is carried out here.
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";

const [folder, mode, backend] = process.argv.slice(2);
const pem = (name) => readFileSync(`${folder}/${name}`);
const renegotiates = mode === "renegotiation";

const server = createServer(
  {
    key: pem("server.key"),
    cert: pem("server.pem"),
    ca: pem("ca.pem"),
    requestCert: !renegotiates,
    rejectUnauthorized: false,
    ...(mode === "tls13" ? { minVersion: "TLSv1.3" } : { maxVersion: "TLSv1.2" }),
  },
  (incoming, answer) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () =>
      identified(incoming.socket, (holder) =>
        forward(Buffer.concat(chunks), holder, incoming, answer),
      ),
    );
  },
);
const connections = { opened: 0, renegotiated: 0 };
server.on("secureConnection", () => {
  connections.opened += 1;
});
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on("end", () => process.exit(0)).resume();

function identified(socket, then) {
  const name = () => socket.getPeerCertificate()?.subject?.CN ?? "";
  if (!renegotiates || name() !== "") return then(socket.authorized ? name() : "");
  socket.renegotiate({ requestCert: true, rejectUnauthorized: false }, (error) => {
    connections.renegotiated += 1;
    then(error === null && socket.authorized ? name() : "");
  });
}

function forward(body, holder, incoming, answer) {
  if (holder === "") {
    answer.writeHead(403, { "content-type": "text/html" });
    return answer.end("<html><head><title>403.7 - Forbidden</title></head></html>");
  }
  const on = request(
    backend,
    {
      method: "POST",
      headers: {
        "content-length": body.length,
        "content-type": incoming.headers["content-type"],
        "x-holder": encodeURIComponent(holder),
        "x-protocol": incoming.socket.getProtocol(),
        "x-connections": JSON.stringify(connections),
      },
    },
    (back) => {
      const parts = [];
      back.on("data", (chunk) => parts.push(chunk));
      back.on("end", () => send(back, Buffer.concat(parts), answer));
    },
  );
  on.end(body);
}

function send(back, bytes, answer) {
  const fault = back.headers["x-play"];
  if (fault === "cut") return answer.socket.destroy();
  const head = {
    "content-type": back.headers["content-type"] ?? "application/soap+xml; charset=utf-8",
  };
  if (fault === "silent") return;
  if (fault === "truncated") {
    answer.writeHead(back.statusCode, { ...head, "content-length": bytes.length });
    return answer.write(bytes.subarray(0, bytes.length >> 1), () => answer.socket.destroy());
  }
  if (fault === "chunks_cut") {
    answer.writeHead(back.statusCode, head);
    return answer.write(bytes.subarray(0, bytes.length >> 1), () =>
      setTimeout(() => answer.socket.destroy(), 20),
    );
  }
  if (fault === "endless") {
    answer.writeHead(back.statusCode, head);
    const chunk = Buffer.alloc(262_144, 32);
    const more = () => {
      while (!answer.destroyed && answer.write(chunk));
    };
    answer.on("drain", more);
    return more();
  }
  if (fault === "slow") {
    answer.writeHead(back.statusCode, { ...head, "content-length": bytes.length });
    let at = 0;
    const timer = setInterval(() => {
      if (answer.destroyed || at >= bytes.length) {
        clearInterval(timer);
        return answer.end();
      }
      answer.write(bytes.subarray(at, at + 16));
      at += 16;
    }, 10);
    return undefined;
  }
  answer.writeHead(back.statusCode, { ...head, "content-length": bytes.length });
  return answer.end(bytes);
}
