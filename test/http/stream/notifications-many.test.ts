import { expect, test } from "bun:test";
import { feedBroadcaster } from "../../../src/journal/feed-broadcaster.ts";
import { appendTestEvents, sequence } from "../../support/feed/append-test-events.ts";
import { type SseEvent, sseEvents } from "../../support/feed/sse.ts";
import { FULL } from "../../support/full.ts";
import { type Server, withServer } from "../../support/server.ts";

const CLIENTS = FULL ? 1_000 : 50;
const EVENTS = 100;

/** One EventSource over its own socket: fetch has a limit of 256 connections. */
async function connect(
  server: Server,
  lastEventId: string | undefined,
  got: (e: SseEvent) => void,
) {
  const ended = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<string>();
  let head = "";
  const decoder = new TextDecoder();
  const cut = sseEvents();
  const body = unchunked((bytes) => {
    for (const event of cut(decoder.decode(bytes, { stream: true }))) got(event);
  });
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port,
    socket: {
      open(self) {
        const resume = lastEventId === undefined ? "" : `last-event-id: ${lastEventId}\r\n`;
        self.write(
          `GET /api/notifications/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.token}\r\n${resume}\r\n`,
        );
      },
      data(_, bytes) {
        if (head.includes("\r\n\r\n")) return body(bytes);
        const before = head.length;
        head += Buffer.from(bytes).toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        answered.resolve(head.slice(9, 12));
        body(bytes.subarray(end + 4 - before));
      },
      close: () => ended.resolve(),
      error: () => ended.resolve(),
    },
  });
  return { status: await answered.promise, ended: ended.promise, leave: () => socket.terminate() };
}

/** Decodes chunked transfer (RFC 9112, 7.1) from bytes that arrive in pieces. */
function unchunked(give: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  let rest = new Uint8Array();
  return (bytes) => {
    let all = Buffer.concat([rest, bytes]);
    for (;;) {
      const line = all.indexOf("\r\n");
      if (line < 0) break;
      const size = Number.parseInt(all.subarray(0, line).toString("latin1"), 16);
      if (all.length < line + 2 + size + 2) break;
      if (size > 0) give(all.subarray(line + 2, line + 2 + size));
      all = all.subarray(line + 2 + size + 2);
    }
    rest = new Uint8Array(all);
  };
}

test(
  `${CLIENTS} clients get ${EVENTS} events each once and in order, also across a reconnect`,
  () =>
    withServer(
      async (server) => {
        const { ports } = server;
        const seen = Array.from({ length: CLIENTS }, (): number[] => []);
        const ids = Array.from({ length: CLIENTS }, () => "");
        const all = Promise.withResolvers<void>();
        let missing = CLIENTS * EVENTS;
        const hear = (client: number) => (event: SseEvent) => {
          ids[client] = event.id ?? ids[client] ?? "";
          if (event.event !== "test.happened") return;
          seen[client]?.push(event.data.payload.n);
          missing -= 1;
          if (missing === 0) all.resolve();
        };
        const open = (client: number, resume = false) =>
          connect(server, resume ? ids[client] : undefined, hear(client));
        const clients = await Promise.all(sequence(CLIENTS).map((n) => open(n)));
        expect(new Set(clients.map(({ status }) => status))).toEqual(new Set(["200"]));
        expect(feedBroadcaster(ports).size).toBe(CLIENTS);
        for (let n = 0; n < EVENTS; n++) {
          await appendTestEvents(ports, [n]);
          // Every third client disconnects at a moment of its own and reconnects.
          for (let client = n; client < CLIENTS; client += EVENTS) {
            if (client % 3 !== 0) continue;
            clients[client]?.leave();
            await clients[client]?.ended;
            clients[client] = await open(client, true);
          }
        }
        await all.promise;
        for (const one of seen) expect(one).toEqual(sequence(EVENTS));
        for (const one of clients) one.leave();
        await Promise.all(clients.map(({ ended }) => ended));
        while (feedBroadcaster(ports).size > 0) await ports.yieldToEventLoop();
        expect(feedBroadcaster(ports).size).toBe(0);
      },
      {
        SSE_CLIENTS: CLIENTS + 10,
        SSE_CLIENTS_PER_COMPANY: CLIENTS + 10,
        SSE_CLIENTS_PER_USER: CLIENTS + 10,
      },
    ),
  60_000,
);
