import { expect, test } from "bun:test";
import { feedBroadcaster } from "../../../src/journal/feed-broadcaster.ts";
import { clientReader } from "../../../src/platform/libsql/reader.ts";
import type { Reader } from "../../../src/ports/sql.ts";
import { withApp } from "../../support/app.ts";
import { appendTestEvents, sequence } from "../../support/feed/append-test-events.ts";
import { openFeed, payloadNumbers, STREAM_PATH, yieldTurns } from "../../support/feed/open-feed.ts";
import { type SseEvent, sseReader } from "../../support/feed/sse.ts";

test("a stream has a heartbeat every eight seconds, and the idle timeout is renewed by reads", () => {
  let renewed = 0;
  return withApp(
    async (service) => {
      const { ports } = service;
      const { stream } = await openFeed(service);
      const beats: number[] = [];
      let reading = true;
      const start = ports.clock.now();
      const reader = (async () => {
        for (let event = await stream.next(); event !== null; event = await stream.next())
          if (event.comment === "heartbeat" && reading) beats.push(ports.clock.now() - start);
      })();
      for (let second = 0; second < 33; second++) {
        ports.clock.advance(1_000);
        await yieldTurns(service);
      }
      expect(beats).toEqual([8_000, 16_000, 24_000, 32_000]);
      expect(renewed).toBeGreaterThanOrEqual(beats.length);
      reading = false;
      await stream.cancel();
      await reader;
    },
    {
      extendIdleTimeout: (_, seconds) => {
        renewed += 1;
        expect(seconds).toBe(120);
      },
    },
  );
});

test("C2: a client that does not read is disconnected at a limit, and resumes without a loss", () =>
  withApp(async (service) => {
    const { ports } = service;
    const slow = await openFeed(service);
    const quick = await openFeed(service);
    // Both clients have read and are live; the slow one does not read again.
    const pending = [slow.stream.next(), quick.stream.next()];
    await yieldTurns(service);
    await appendTestEvents(ports, [0]);
    expect(payloadNumbers(await Promise.all(pending))).toEqual([0, 0]);
    let written = 1;
    while (feedBroadcaster(ports).size === 2 && written < 20_000) {
      await appendTestEvents(ports, sequence(100, written));
      written += 100;
      expect(payloadNumbers(await quick.stream.take(100))).toEqual(sequence(100, written - 100));
    }
    const [line] = ports.logged.filter(({ event }) => event === "stream.slow");
    expect(Number(line?.bytes)).toBeLessThanOrEqual(256 * 1024);
    expect(feedBroadcaster(ports).size).toBe(1);
    const seen: (SseEvent | null)[] = await Promise.all(pending.slice(0, 1));
    const read = (async () => {
      for (;;) seen.push(...(await slow.stream.take(1)));
    })();
    await expect(read).rejects.toThrow();
    const last = seen.at(-1)?.id ?? "";
    const again = await openFeed(service, { headers: { "last-event-id": last } });
    const rest = await again.stream.take(written - seen.length);
    expect(payloadNumbers([...seen, ...rest])).toEqual(sequence(written));
    await again.stream.cancel();
    await quick.stream.cancel();
  }));

test("a stream beyond SSE_CLIENTS is refused with 503 and Retry-After", () =>
  withApp(
    async (service) => {
      const { send, ports } = service;
      const first = await openFeed(service);
      const second = await openFeed(service);
      const perCompany = await send("GET", STREAM_PATH);
      expect([perCompany.status, perCompany.body.code]).toEqual([503, "overloaded"]);
      expect(perCompany.headers.get("retry-after")).toBe("5");
      const third = await openFeed(service, { as: "otherCompany" });
      expect((await send("GET", STREAM_PATH, { as: "otherCompany" })).status).toBe(503);
      await first.stream.cancel();
      expect(feedBroadcaster(ports).size).toBe(2);
      const again = await openFeed(service);
      for (const { stream } of [second, third, again]) await stream.cancel();
      expect(feedBroadcaster(ports).size).toBe(0);
    },
    { config: { SSE_CLIENTS: 3, SSE_CLIENTS_PER_COMPANY: 2 } },
  ));

test("many clients cost one database read for each commit", () =>
  withApp(
    async (service) => {
      const { ports } = service;
      const streams = await Promise.all(Array.from({ length: 60 }, () => openFeed(service)));
      const nexts = streams.map(({ stream }) => stream.next());
      await yieldTurns(service);
      let reads = 0;
      const { rows } = ports.reader;
      const counted: Reader["rows"] = (statement, signal) => {
        reads += 1;
        return rows(statement, signal);
      };
      ports.reader.rows = counted;
      await appendTestEvents(ports, [1]);
      expect(payloadNumbers(await Promise.all(nexts))).toEqual(Array.from({ length: 60 }, () => 1));
      await yieldTurns(service);
      expect(reads).toBeLessThanOrEqual(3);
      for (const { stream } of streams) await stream.cancel();
    },
    { config: { SSE_CLIENTS_PER_USER: 60 } },
  ));

test("a user or key has a limit of streams and long polls, and a refusal names it", () =>
  withApp(
    async (service) => {
      const { send, ports } = service;
      const first = await openFeed(service, { as: "VISUALIZADOR" });
      const polls = [1, 2].map(() =>
        send("GET", "/api/events?wait=25&after=e0", { as: "VISUALIZADOR" }),
      );
      while (feedBroadcaster(ports).size < 3) await ports.yieldToEventLoop();
      for (const path of [STREAM_PATH, "/api/events?wait=25&after=e0"]) {
        const refused = await send("GET", path, { as: "VISUALIZADOR" });
        expect([refused.status, refused.body.code]).toEqual([429, "share_exceeded"]);
        expect(refused.headers.get("retry-after")).toBe("5");
        expect(refused.body.detail).toContain("máximo 3");
      }
      const colleague = await openFeed(service, { as: "OPERADOR" });
      const { body: key } = await send("POST", "/api/keys", {
        json: { name: "Integração", role: "VISUALIZADOR" },
      });
      const headers = { authorization: `Bearer ${key.key}` };
      const program = await openFeed(service, { as: "anonymous", headers });
      await first.stream.cancel();
      const again = await openFeed(service, { as: "VISUALIZADOR" });
      for (const { stream } of [colleague, program, again]) await stream.cancel();
      await appendTestEvents(ports, [1]);
      expect((await Promise.all(polls)).map(({ status }) => status)).toEqual([200, 200]);
      expect(feedBroadcaster(ports).size).toBe(0);
    },
    { config: { SSE_CLIENTS_PER_USER: 3 } },
  ));

test("a stopping service ends every stream with a close frame and a retry time", () => {
  const ending = new AbortController();
  return withApp(
    async (service) => {
      const { ports, send } = service;
      const streams = await Promise.all(Array.from({ length: 5 }, () => openFeed(service)));
      const firsts = streams.map(({ stream }) => stream.next());
      await yieldTurns(service);
      await appendTestEvents(ports, [1]);
      expect(payloadNumbers(await Promise.all(firsts))).toEqual([1, 1, 1, 1, 1]);
      // Frames in the buffer are still sent.
      await appendTestEvents(ports, [2]);
      await yieldTurns(service);
      ending.abort();
      const retries = new Set<number | undefined>();
      for (const { stream } of streams) {
        const events = await stream.rest();
        expect(events.map(({ event }) => event)).toEqual(["test.happened", "bye"]);
        retries.add(events[1]?.retry);
      }
      // The retry times differ, so that the clients do not reconnect together.
      expect(retries.size).toBe(5);
      expect(feedBroadcaster(ports).size).toBe(0);
      const late = await send("GET", STREAM_PATH);
      expect([late.status, late.headers.get("retry-after")]).toEqual([503, "5"]);
    },
    { stopping: ending.signal },
  );
});

test("a failed read of the backlog ends the stream and frees its place", () =>
  withApp(async (service) => {
    const { ports, raw } = service;
    await appendTestEvents(ports, [1]);
    const response = await raw("GET", STREAM_PATH, { headers: { "last-event-id": "e0" } });
    const stream = sseReader(response.body);
    await stream.take(1);
    const broken = clientReader({ execute: () => Promise.reject(new Error("gone")) });
    ports.reader.rows = broken.rows;
    await expect(stream.next()).rejects.toThrow();
    expect(feedBroadcaster(ports).size).toBe(0);
  }));
