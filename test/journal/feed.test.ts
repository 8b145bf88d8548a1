import { expect, test } from "bun:test";
import fc from "fast-check";
import { expireEvents } from "../../src/journal/expire-events.ts";
import {
  eventsAfter,
  FEED_START,
  formatCursor,
  hasExpired,
  lastPosition,
  parseCursor,
} from "../../src/journal/feed.ts";
import { appendTestEvents, sequence } from "../support/feed/append-test-events.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { sibling } from "../support/ports-with-admin.ts";

const DAY = 86_400_000;

async function withPorts(body: (ports: TestPorts) => Promise<void>, config = {}) {
  const ports = await testPorts({ config });
  await ports.writer.commit({
    statements: [1, 2].map((id) => ({
      sql: `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          values (?1, 'c', '[]', 'production', 'UTC', 0, '[]', 0, 0, 1, 1, 0, 0)`,
      args: [id],
    })),
    read: () => undefined,
  });
  try {
    await body(ports);
  } finally {
    await ports.close();
  }
}

const numbersAfter = async (ports: TestPorts, after = FEED_START, company = 1, limit = 10_000) =>
  (await eventsAfter(ports, company, after, limit)).map(({ payload }) => payload.n);

test("a cursor is stable and is the only text for its position", () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (position) => {
      expect(parseCursor(formatCursor(position))).toBe(position);
    }),
    { seed: 20261123, numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 16 }), (text) => {
      const position = parseCursor(text);
      if (position !== null) expect(formatCursor(position)).toBe(text);
    }),
    { seed: 20261123, numRuns: 500 },
  );
  for (const bad of [
    "",
    "e",
    "e00",
    "e01",
    "E1",
    "1",
    "e-1",
    "e1.5",
    "ezzzzzzzzzzz",
    "e1\n",
    " e1",
  ])
    expect([bad, parseCursor(bad)]).toEqual([bad, null]);
});

test("the feed has the company's events in commit order, page by page", () =>
  withPorts(async (ports) => {
    await appendTestEvents(ports, [1, 2]);
    await appendTestEvents(ports, [100], 2);
    await appendTestEvents(ports, [3]);
    expect(await numbersAfter(ports)).toEqual([1, 2, 3]);
    expect(await numbersAfter(ports, FEED_START, 2)).toEqual([100]);
    const [first] = await eventsAfter(ports, 1, FEED_START, 1);
    expect(first).toEqual({
      id: 1,
      type: "test.happened",
      at: ports.clock.now(),
      payload: { n: 1 },
    });
    expect(await numbersAfter(ports, first?.id)).toEqual([2, 3]);
    expect(await numbersAfter(ports, await lastPosition(ports, 1))).toEqual([]);
    expect(await lastPosition(ports, 2)).toBe(3);
    expect(await lastPosition(ports, 3)).toBe(FEED_START);
  }));

test("an event below one that was read never appears while three processes write", () =>
  withPorts(async (ports) => {
    const script = new URL("../support/feed/event-writer.ts", import.meta.url).pathname;
    // Two in one company, one in another.
    const writers = [1, 1, 2].map((company, name) =>
      Bun.spawn(
        [process.execPath, script, ports.config.DATABASE_URL, String(company), String(name)],
        { stdin: "pipe", stderr: "inherit" },
      ),
    );
    const read: number[] = [];
    const by = new Map<unknown, number>();
    let after = FEED_START;
    let looks = 0;
    const look = async () => {
      const batch = await eventsAfter(ports, 1, after, 1_000);
      if (batch.length > 0) looks += 1;
      for (const { id, payload } of batch) {
        read.push(id);
        by.set(payload.n, (by.get(payload.n) ?? 0) + 1);
      }
      after = batch.at(-1)?.id ?? after;
      await ports.yieldToEventLoop();
    };
    const seen = (writer: number) => by.get(writer) ?? 0;
    while (looks < 20 || seen(0) < 50 || seen(1) < 50) await look();
    for (const { stdin } of writers) await stdin.end();
    expect(await Promise.all(writers.map(({ exited }) => exited))).toEqual([0, 0, 0]);
    while ((await lastPosition(ports, 1)) > after) await look();
    const all = await ports.reader.rows({
      sql: "select id from events where company = 1 order by id",
      args: [],
    });
    expect(read).toEqual(all.map(({ id }) => Number(id)));
  }));

test("a rolled back batch leaves no event, and the next event has a higher id", () =>
  withPorts(async (ports) => {
    await appendTestEvents(ports, [1]);
    const before = await lastPosition(ports, 1);
    const failing = ports.writer.commit({
      statements: [
        {
          sql: "insert into events (company, type, payload, at) values (1, 'lost', '{}', 0)",
          args: [],
        },
        {
          sql: "insert into events (company, type, payload, at) values (1, 'x', 'no', 0)",
          args: [],
        },
      ],
      read: () => undefined,
    });
    await expect(failing).rejects.toThrow("storage.rejected");
    await appendTestEvents(ports, [2]);
    expect(await numbersAfter(ports)).toEqual([1, 2]);
    expect(await lastPosition(ports, 1)).toBeGreaterThan(before);
  }));

test("events are kept for EVENTS_KEEP_DAYS, for each company and any number of events", () =>
  withPorts(
    async (ports) => {
      await appendTestEvents(ports, sequence(2_500));
      await appendTestEvents(ports, [1], 2);
      ports.clock.advance(10 * DAY);
      await appendTestEvents(ports, [5_000, 5_001]);
      expect(await expireEvents(ports)).toBe(0);
      ports.clock.advance(1);
      // The newest expired event is kept.
      expect(await expireEvents(ports)).toBe(2_499);
      expect(await numbersAfter(ports)).toEqual([2_499, 5_000, 5_001]);
      expect(await numbersAfter(ports, FEED_START, 2)).toEqual([1]);
      expect(await expireEvents(ports)).toBe(0);
    },
    { EVENTS_KEEP_DAYS: 10 },
  ));

test("only a cursor before expired events is reported as expired", () =>
  withPorts(
    async (ports) => {
      await appendTestEvents(ports, sequence(5));
      const place = await lastPosition(ports, 1);
      const early = place - 3;
      expect(await hasExpired(ports, 1, early)).toBe(false);
      ports.clock.advance(2 * DAY);
      await appendTestEvents(ports, [9]);
      await expireEvents(ports);
      expect(await hasExpired(ports, 1, early)).toBe(true);
      expect(await numbersAfter(ports, early)).toEqual([4, 9]);
      for (const good of [place, await lastPosition(ports, 1), FEED_START])
        expect(await hasExpired(ports, 1, good)).toBe(false);
      // A position of a database that was restored since then, and one of another company
      expect(await hasExpired(ports, 1, 1_000)).toBe(true);
      expect(await hasExpired(ports, 2, 1)).toBe(true);
    },
    { EVENTS_KEEP_DAYS: 1 },
  ));

test("two processes may expire events at once, and a run may be stopped", () =>
  withPorts(
    async (ports) => {
      await appendTestEvents(ports, sequence(3_000));
      ports.clock.advance(2 * DAY);
      const stopped = new AbortController();
      stopped.abort();
      await expect(expireEvents(ports, stopped.signal)).rejects.toThrow();
      const other = await sibling(ports);
      const deleted = await Promise.all([expireEvents(ports), expireEvents(other)]);
      await expireEvents(ports);
      expect(deleted.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(2_999);
      expect(await numbersAfter(ports)).toEqual([2_999]);
      await other.close();
    },
    { EVENTS_KEEP_DAYS: 1 },
  ));
