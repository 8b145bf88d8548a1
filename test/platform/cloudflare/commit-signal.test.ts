import { expect, test } from "bun:test";
import { eventStream } from "../../../src/http/stream/event-stream.ts";
import { requestCommitSignal } from "../../../src/platform/cloudflare/commit-signal.ts";
import { appendTestEvents } from "../../support/feed/append-test-events.ts";
import { sseReader } from "../../support/feed/sse.ts";
import { type TestPorts, testPorts } from "../../support/ports.ts";

/** A stream as a request on Workers has it: with a commitSignal, and an end, of its own. */
function opened(ports: TestPorts, from: number) {
  const mine = requestCommitSignal(ports.clock.after);
  const stream = eventStream(
    { ...ports, ...mine },
    {
      holder: { company: 1, person: "user:1:1" },
      from,
      expired: false,
      isAuthorised: async () => true,
      onRead: () => undefined,
      signal: new AbortController().signal,
    },
  );
  return { ...mine, events: sseReader(stream) };
}

/** Lets seconds pass, and what they wake run. */
async function seconds(ports: TestPorts, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    ports.clock.advance(1_000);
    for (let turn = 0; turn < 8; turn++) await ports.yieldToEventLoop();
  }
}

const company = async (ports: TestPorts) => {
  await ports.writer.commit({
    statements: [
      {
        sql: `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          values (1, 'x', '[]', 'production', 'UTC', 0, '[]', 0, 0, 1, 1, 0, 0)`,
        args: [],
      },
    ],
    read: () => undefined,
  });
};

/** A stream from its first frame to its close frame, with one event before and one 40 s after it was opened. */
async function wholeStream() {
  const ports = await testPorts();
  await company(ports);
  let looks = 0;
  const { rows } = ports.reader;
  ports.reader.rows = (statement, signal) => {
    if (statement.sql.includes("not indexed")) looks += 1;
    return rows(statement, signal);
  };
  const { events, stopping } = opened(ports, 0);
  const all = events.rest();
  await appendTestEvents(ports, [1]);
  await seconds(ports, 40);
  await appendTestEvents(ports, [2]);
  await seconds(ports, 600);
  return { ports, stopping, frames: await all, looks: () => looks };
}

test("a stream of one request polls for the events of others", async () => {
  const { ports, frames } = await wholeStream();
  expect(frames.at(0)?.event).toBe("connected");
  expect(
    frames.filter(({ event }) => event === "test.happened").map(({ data }) => data.payload.n),
  ).toEqual([1, 2]);
  await ports.close();
});

test("a stream of one request sends heartbeats while nothing happens", async () => {
  const { ports, frames } = await wholeStream();
  const heartbeats = frames.filter(({ comment }) => comment === "heartbeat").length;
  expect(heartbeats).toBeGreaterThan(30);
  await ports.close();
});

test("a stream of one request closes itself after 300 looks, and looks no more", async () => {
  const { ports, stopping, frames, looks } = await wholeStream();
  expect(stopping.aborted).toBe(true);
  expect(looks()).toBeLessThanOrEqual(302);
  const last = frames.at(-1);
  expect([last?.event, (last?.retry ?? 0) >= 1_000]).toEqual(["bye", true]);
  const before = looks();
  await seconds(ports, 60);
  expect(looks()).toBe(before);
  await ports.close();
});

test("a client that reconnects after the close frame gets every event once", async () => {
  const ports = await testPorts();
  await company(ports);
  const first = opened(ports, 0);
  const following = first.events.rest();
  await appendTestEvents(ports, [1, 2]);
  await seconds(ports, 600);
  const seen = (await following).filter(({ event }) => event === "test.happened");
  await appendTestEvents(ports, [3]);
  const from = Number.parseInt(seen.at(-1)?.id?.slice(1) ?? "", 36);
  const next = opened(ports, from);
  const rest = next.events.take(3);
  await seconds(ports, 2);
  await appendTestEvents(ports, [4]);
  await seconds(ports, 3);
  const [, three, four] = await rest;
  expect([...seen, three, four].map((event) => event?.data.payload.n)).toEqual([1, 2, 3, 4]);
  await next.events.cancel();
  await ports.close();
});

test("a client that reads nothing, not even the close frame, costs one look in half a minute", async () => {
  const ports = await testPorts();
  const { commitSignal, stopping } = requestCommitSignal(ports.clock.after);
  let looks = 0;
  const leaving = new AbortController();
  const loop = async () => {
    while (!leaving.signal.aborted) {
      await commitSignal.next(commitSignal.count(), leaving.signal, looks);
      looks += 1;
    }
  };
  const looping = loop();
  await seconds(ports, 600);
  expect(stopping.aborted).toBe(true);
  const before = looks;
  await seconds(ports, 300);
  expect(looks - before).toBeLessThanOrEqual(11);
  leaving.abort();
  await looping;
  await ports.close();
});
