import { expect, test } from "bun:test";
import { FULL } from "../../support/full.ts";
import { type Server, withServer } from "../../support/server.ts";

/** Sends text as it stands over a socket of its own; gives what came back until the server closed, and after how long. */
async function rude(server: Server, text: string, drip?: { every: number; times: number }) {
  const started = performance.now();
  const closed = Promise.withResolvers<number>();
  let answer = "";
  let drips = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port,
    socket: {
      data(_, bytes) {
        answer += Buffer.from(bytes).toString("latin1");
      },
      close: () => closed.resolve(performance.now() - started),
      error: () => closed.resolve(performance.now() - started),
    },
  });
  socket.write(text);
  if (drip !== undefined)
    timer = setInterval(() => {
      drips += 1;
      if (drips <= drip.times) socket.write("a");
    }, drip.every);
  const ms = await closed.promise;
  clearInterval(timer);
  return { answer, ms };
}

const HEAD = "GET /api/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";

test("headers beyond 16 KiB, too many headers and an endless URL are refused before our code runs", () =>
  withServer(async (server) => {
    const fine = await rude(server, `${HEAD}x-a: ${"a".repeat(8_000)}\r\n\r\n`);
    expect(fine.answer).toStartWith("HTTP/1.1 200");
    for (const text of [
      `${HEAD}x-a: ${"a".repeat(17_000)}\r\n\r\n`,
      `${HEAD}${Array.from({ length: 1_000 }, (_, n) => `x-${n}: a\r\n`).join("")}\r\n`,
      `GET /${"a".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    ])
      expect((await rude(server, text)).answer).toStartWith("HTTP/1.1 431");
    expect((await server.call("GET", "/api/stock")).status).toBe(200);
  }));

test("malformed and smuggled requests are refused", () =>
  withServer(async (server) => {
    const both = "content-length: 5\r\ntransfer-encoding: chunked\r\n";
    for (const text of [
      "HELO world\r\n\r\n",
      `POST /api/login HTTP/1.1\r\nhost: x\r\n${both}\r\n0\r\n\r\nGET /api/stock HTTP/1.1\r\nhost: x\r\n\r\n`,
      "POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
      "GET /api/health HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
    ]) {
      const { answer } = await rude(server, text);
      expect(answer).toMatch(/^(HTTP\/1\.1 400|$)/);
      expect(answer).not.toMatch(/HTTP\/1\.1 200/);
    }
    expect((await server.call("GET", "/api/stock")).status).toBe(200);
  }));

if (FULL)
  test(
    "a client that sends its headers or its body drop by drop is cut off within half a minute",
    () =>
      withServer(async (server) => {
        const drip = { every: 2_000, times: 20 };
        const body = `POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n{"email":"`;
        const cut = await Promise.all([
          rude(server, "GET /api/health HTTP/1.1\r\nhost: x\r\nx-a: ", drip),
          rude(server, "GET /api/health HTTP/1.1\r\nhost: x\r\n"),
          rude(server, body, drip),
          rude(server, body),
        ]);
        expect(cut.map(({ ms }) => ms < 30_000)).toEqual([true, true, true, true]);
        expect(cut.map(({ answer }) => /HTTP\/1\.1 200/.test(answer))).toEqual([
          false,
          false,
          false,
          false,
        ]);
      }),
    60_000,
  );
