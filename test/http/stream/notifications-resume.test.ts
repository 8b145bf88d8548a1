import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { expireEvents } from "../../../src/journal/expire-events.ts";
import { Failed } from "../../../src/lib/result.ts";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { groupWriter } from "../../../src/platform/libsql/group-writer.ts";
import { withApp } from "../../support/app.ts";
import { appendTestEvents, daysEarlier, sequence } from "../../support/feed/append-test-events.ts";
import { openFeed, payloadNumbers, STREAM_PATH, yieldTurns } from "../../support/feed/open-feed.ts";
import type { SseReader } from "../../support/feed/sse.ts";

describe("each event arrives exactly once", () => {
  test("a stream begins with new events, and with Last-Event-ID after that event", () =>
    withApp(async (service) => {
      const { ports } = service;
      await appendTestEvents(ports, [1, 2, 3]);
      const { stream, hello } = await openFeed(service);
      expect(hello).toBe("e3");
      await appendTestEvents(ports, [4, 5]);
      expect(payloadNumbers(await stream.take(2))).toEqual([4, 5]);
      await stream.cancel();
      await appendTestEvents(ports, [6]);
      const again = await openFeed(service, { headers: { "last-event-id": "e4" } });
      expect(again.hello).toBe("e4");
      expect(payloadNumbers(await again.stream.take(2))).toEqual([5, 6]);
      await again.stream.cancel();
      const byQuery = await openFeed(service, { query: "?last_event_id=e5" });
      expect(payloadNumbers(await byQuery.stream.take(1))).toEqual([6]);
      await byQuery.stream.cancel();
      // The URL keeps its first cursor; the header has the later one.
      const both = await openFeed(service, {
        query: "?last_event_id=e0",
        headers: { "last-event-id": "e5" },
      });
      expect(payloadNumbers(await both.stream.take(1))).toEqual([6]);
      await both.stream.cancel();
    }));

  test("a client that is disconnected after the open frame gets the events of the meantime", () =>
    withApp(async (service) => {
      const { stream, hello } = await openFeed(service);
      await stream.cancel();
      await appendTestEvents(service.ports, [1]);
      const again = await openFeed(service, { headers: { "last-event-id": hello ?? "" } });
      expect(payloadNumbers(await again.stream.take(1))).toEqual([1]);
      await again.stream.cancel();
    }));

  test("clients that connect and reconnect at random see each event once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            batch: fc.integer({ min: 0, max: 30 }),
            reads: fc.integer({ min: 0, max: 25 }),
            leaves: fc.boolean(),
            waits: fc.boolean(),
          }),
          { minLength: 3, maxLength: 10 },
        ),
        (steps) =>
          withApp(async (service) => {
            const { ports } = service;
            const first = await openFeed(service);
            const watcher = await openFeed(service);
            let { stream } = first;
            let id = first.hello ?? "";
            const seen: number[] = [];
            const read = async (from: SseReader, count: number) => {
              for (const event of await from.take(count)) {
                if (event.event !== "test.happened") continue;
                seen.push(event.data.payload.n);
                id = event.id ?? id;
              }
            };
            let written = 0;
            for (const { batch, reads, leaves, waits } of steps) {
              const pending = appendTestEvents(ports, sequence(batch, written));
              if (waits) await pending;
              written += batch;
              await read(stream, waits ? Math.min(reads, written - seen.length) : 0);
              if (leaves) {
                await stream.cancel();
                const again = await openFeed(service, { headers: { "last-event-id": id } });
                stream = again.stream;
              }
              await pending;
            }
            await read(stream, written - seen.length);
            expect(seen).toEqual(sequence(written));
            expect(payloadNumbers(await watcher.stream.take(written))).toEqual(sequence(written));
            await stream.cancel();
            await watcher.stream.cancel();
          }),
      ),
      { seed: 20261123, numRuns: 15 },
    );
  });

  test("a backlog is read page by page, as the client reads", () =>
    withApp(async (service) => {
      const { ports } = service;
      await appendTestEvents(ports, sequence(3_000));
      let pages = 0;
      const { rows } = ports.reader;
      ports.reader.rows = (statement, signal) => {
        if (statement.sql.includes("order by id limit")) pages += 1;
        return rows(statement, signal);
      };
      const { stream } = await openFeed(service, { headers: { "last-event-id": "e0" } });
      await yieldTurns(service);
      expect(pages).toBeLessThanOrEqual(2);
      expect(payloadNumbers(await stream.take(3_000))).toEqual(sequence(3_000));
      await appendTestEvents(ports, [3_000]);
      expect(payloadNumbers(await stream.take(1))).toEqual([3_000]);
      await stream.cancel();
    }));

  test("an event of another process arrives with the next poll, a second later", () =>
    withApp(async (service) => {
      const { ports } = service;
      const { stream } = await openFeed(service);
      const next = stream.next();
      await yieldTurns(service);
      const signals = ports.commitSignal.count();
      const database = await openDatabase(ports.config.DATABASE_URL);
      const writer = groupWriter(database.writing, {
        group: 1,
        queue: 9,
        waitMs: 5_000,
        yieldToEventLoop: ports.yieldToEventLoop,
      });
      await appendTestEvents({ ...ports, writer }, [1]);
      await yieldTurns(service);
      expect(ports.commitSignal.count()).toBe(signals);
      ports.clock.advance(1_000);
      expect(payloadNumbers([await next])).toEqual([1]);
      await stream.cancel();
      await database.close();
    }));

  test("a database that does not answer for a while loses no event", () =>
    withApp(async (service) => {
      const { ports } = service;
      const { stream } = await openFeed(service);
      const next = stream.next();
      await yieldTurns(service);
      const { rows } = ports.reader;
      ports.reader.rows = () =>
        Promise.reject(new Failed({ code: "overloaded", what: "reader", retryAfterS: 1 }));
      await appendTestEvents(ports, [1]);
      await appendTestEvents(ports, [2]);
      await yieldTurns(service);
      ports.reader.rows = rows;
      ports.clock.advance(1_000);
      expect(payloadNumbers([await next, await stream.next()])).toEqual([1, 2]);
      expect(ports.logged.filter(({ event }) => event === "feed.not_read")).not.toEqual([]);
      await stream.cancel();
    }));

  test("a client whose next events were removed gets a gap frame and the remaining events", () =>
    withApp(
      async (service) => {
        const { ports } = service;
        await appendTestEvents(daysEarlier(ports, 2), sequence(5));
        await appendTestEvents(ports, [5]);
        await expireEvents(ports);
        const { stream } = await openFeed(service, { headers: { "last-event-id": "e2" } });
        const gap = await stream.next();
        expect([gap?.event, gap?.id]).toEqual(["gap", "e0"]);
        expect(payloadNumbers(await stream.take(2))).toEqual([4, 5]);
        await stream.cancel();
      },
      { config: { EVENTS_KEEP_DAYS: 1 } },
    ));

  test("an invalid Last-Event-ID is refused", () =>
    withApp(async ({ send }) => {
      for (const options of [
        { headers: { "last-event-id": "7" } },
        { headers: { "last-event-id": "e01" } },
      ]) {
        const { status, body } = await send("GET", STREAM_PATH, options);
        expect([status, body.code]).toEqual([422, "request.invalid"]);
      }
      expect((await send("GET", `${STREAM_PATH}?last_event_id=x`)).status).toBe(422);
    }));
});
