import { expect, test } from "bun:test";
import { expireEvents } from "../../../../src/journal/expire-events.ts";
import { feedBroadcaster } from "../../../../src/journal/feed-broadcaster.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import {
  appendTestEvents,
  daysEarlier,
  sequence,
} from "../../../support/feed/append-test-events.ts";

const numbersOf = (body: { data: { payload: { n: number } }[] }) =>
  body.data.map(({ payload }) => payload.n);

/** Resolves when a request waits for events. */
async function waiting({ ports }: TestApp): Promise<void> {
  while (feedBroadcaster(ports).size === 0) await ports.yieldToEventLoop();
}

test("a write's events are in the feed when the write is answered", () =>
  withApp(async ({ upload, send }) => {
    const note = syntheticNote();
    await upload(note.xml, "?approve=true");
    const { status, body, headers } = await send("GET", "/api/events", { as: "VISUALIZADOR" });
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body.data).toMatchObject([
      {
        id: "e1",
        type: "nfe.registered",
        at: "2026-11-23T12:00:00.000Z",
        payload: { access_key: note.accessKey, direction: "entry" },
      },
      { id: "e2", type: "nfe.processed", payload: { access_key: note.accessKey } },
    ]);
    expect(body.next_cursor).toBe("e2");
  }));

test("every event stands on exactly one page", () =>
  withApp(async ({ send, ports }) => {
    await appendTestEvents(ports, sequence(25));
    await appendTestEvents(ports, [999], 2);
    const seen: number[] = [];
    let after = "";
    for (let n = 0; n < 4; n++) {
      const { body } = await send("GET", `/api/events?limit=10${after}`);
      seen.push(...numbersOf(body));
      after = `&after=${body.next_cursor}`;
    }
    expect(seen).toEqual(sequence(25));
    await appendTestEvents(ports, [25]);
    expect(numbersOf((await send("GET", `/api/events?limit=10${after}`)).body)).toEqual([25]);
    expect(numbersOf((await send("GET", "/api/events", { as: "otherCompany" })).body)).toEqual([
      999,
    ]);
    await appendTestEvents(ports, sequence(600, 100));
    expect((await send("GET", "/api/events?limit=9999")).body.data).toHaveLength(500);
    expect((await send("GET", "/api/events")).body.data).toHaveLength(100);
  }));

test("an invalid cursor, limit or wait is 422", () =>
  withApp(async ({ send }) => {
    for (const query of ["after=1", "after=e01", "after=x", "limit=0", "wait=-1", "wait=x"])
      expect((await send("GET", `/api/events?${query}`)).status).toBe(422);
  }));

test("an expired cursor is 410 with the cursor to continue from", () =>
  withApp(
    async ({ send, ports }) => {
      await appendTestEvents(daysEarlier(ports, 2), sequence(4));
      await appendTestEvents(ports, [4]);
      await expireEvents(ports);
      const gone = await send("GET", "/api/events?after=e2");
      expect([gone.status, gone.body.code, gone.body.next_cursor]).toEqual([
        410,
        "events.expired",
        "e0",
      ]);
      expect(numbersOf((await send("GET", "/api/events?after=e0")).body)).toEqual([3, 4]);
    },
    { config: { EVENTS_KEEP_DAYS: 1 } },
  ));

test("?wait= answers as soon as an event is written", () =>
  withApp(async (service) => {
    const { send, ports } = service;
    const answer = send("GET", "/api/events?wait=20");
    await waiting(service);
    await appendTestEvents(ports, [1, 2]);
    expect(numbersOf((await answer).body)).toEqual([1, 2]);
    expect(feedBroadcaster(ports).size).toBe(0);
    // An event that exists already is answered at once.
    expect(numbersOf((await send("GET", "/api/events?wait=20&after=e1")).body)).toEqual([2]);
  }));

test("?wait= ends after its time with the same cursor", () =>
  withApp(async (service) => {
    const { send, ports } = service;
    await appendTestEvents(ports, [1]);
    const answer = send("GET", "/api/events?wait=5&after=e1");
    await waiting(service);
    let answered = false;
    answer.then(() => {
      answered = true;
    });
    await appendTestEvents(ports, [7], 2);
    for (let n = 0; n < 4; n++) {
      ports.clock.advance(1_000);
      for (let turn = 0; turn < 5; turn++) await ports.yieldToEventLoop();
    }
    expect(answered).toBe(false);
    ports.clock.advance(1_000);
    expect((await answer).body).toEqual({ data: [], next_cursor: "e1" });
    expect(feedBroadcaster(ports).size).toBe(0);
  }));

test("a waiting request is answered when the service begins to stop", () => {
  const ending = new AbortController();
  return withApp(
    async (service) => {
      const { send, ports } = service;
      const answer = send("GET", "/api/events?wait=20");
      await waiting(service);
      const refused = await send("GET", "/api/events?wait=20");
      expect([refused.status, refused.body.code]).toEqual([503, "overloaded"]);
      expect(refused.headers.get("retry-after")).toBe("5");
      expect((await send("GET", "/api/events")).status).toBe(200);
      ending.abort();
      expect((await answer).body.data).toEqual([]);
      expect(feedBroadcaster(ports).size).toBe(0);
    },
    { config: { SSE_CLIENTS: 1 }, stopping: ending.signal },
  );
});

test("a waiting request that disconnects frees its place", () =>
  withApp(async (service) => {
    const { app, ports, tokenOf } = service;
    const leaving = new AbortController();
    const answer = app.request("/api/events?wait=20", {
      headers: { authorization: `Bearer ${tokenOf("ADMIN")}` },
      signal: leaving.signal,
    });
    await waiting(service);
    leaving.abort();
    await Promise.resolve(answer).catch(() => undefined);
    while (feedBroadcaster(ports).size > 0) await ports.yieldToEventLoop();
    expect(feedBroadcaster(ports).size).toBe(0);
  }));
