import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Delivery, FULL_BATCH } from "../../../src/platform/cloudflare/company-turns.ts";
import { consumeBatch } from "../../../src/platform/cloudflare/consume-batch.ts";
import { deadLetterOf, readDeadLetter } from "../../../src/platform/cloudflare/dead-letter.ts";
import { deleteExpiredParked, parkBatch } from "../../../src/platform/cloudflare/park-batch.ts";
import { batchesOf, workersQueue } from "../../../src/platform/cloudflare/queue.ts";
import type { Consumer, MessageOutcome } from "../../../src/ports/queue.ts";
import type { Log } from "../../../src/ports/telemetry.ts";
import { MESSAGE_BYTES, type Message } from "../../../src/queue-messages.ts";
import { edgeRetrySeconds } from "../../../src/resilience/job-retry.ts";
import { testPorts } from "../../support/ports.ts";

const document = (position: number, job = "j"): Message => ({
  v: 1,
  kind: "document",
  company: 1,
  job,
  position,
});
const CONFIG = { JOB_ATTEMPTS: 3, JOB_CONCURRENCY: 4 };
const silent: Log = () => undefined;
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).byteLength;

/** A message, and what was said of it. */
function delivery(body: unknown, attempts = 1): Delivery & { readonly said: string[] } {
  const said: string[] = [];
  return {
    id: crypto.randomUUID(),
    body,
    attempts,
    said,
    ack: () => void said.push("ack"),
    retry: ({ delaySeconds }) => void said.push(`retry in ${delaySeconds}`),
  };
}

const consumer = (consume: (body: unknown) => Promise<MessageOutcome>): Consumer => ({
  consume,
  park: async () => undefined,
});

test("messages are sent in batches that the queue accepts, in their order", () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 1_500 }), (lengths) => {
      const messages = lengths.map((length, i) => document(i, "j".repeat(length)));
      const batches = batchesOf(messages);
      expect(batches.flat()).toEqual(messages);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(100);
        expect(batch.reduce((sum, one) => sum + bytesOf(one), 0)).toBeLessThanOrEqual(256_000);
      }
    }),
    { seed: 20261123, numRuns: 60 },
  ));

test("batches are never too large for messages of any allowed size, and a larger message is refused", () => {
  const large = (bytes: number) => document(0, "j".repeat(bytes - bytesOf(document(0, ""))));
  const whole = large(MESSAGE_BYTES);
  expect(batchesOf([whole, whole, whole]).map((batch) => batch.length)).toEqual([2, 1]);
  const sent: unknown[] = [];
  const queue = workersQueue(
    { sendBatch: async (batch) => void sent.push(batch) },
    { limiter: (call) => call(AbortSignal.timeout(1_000)), log: silent },
  );
  expect(() => queue.send([large(MESSAGE_BYTES + 1)])).toThrow(RangeError);
  expect(sent).toEqual([]);
});

test("a queue that is down undoes no commit: the send is retried, and then left to maintenance", async () => {
  const log: string[] = [];
  let asked = 0;
  const queue = workersQueue(
    {
      async sendBatch() {
        asked += 1;
        throw new Error("Unknown Internal Error (15000)");
      },
    },
    {
      limiter: (call) => call(AbortSignal.timeout(1_000)),
      log: (_, event) => void log.push(event),
    },
  );
  const sending = queue.send([document(0)]);
  expect(sending.statements).toEqual([]);
  await sending.afterCommit();
  expect([asked, log]).toEqual([5, ["queue.unsent"]]);
});

test("each message of a batch is acknowledged alone, and a bounded number is in work", async () => {
  let [inWork, most] = [0, 0];
  const messages = Array.from({ length: 12 }, (_, i) => delivery(document(i), (i % 2) + 1));
  await consumeBatch(
    { messages },
    {
      consumer: consumer(async (body) => {
        inWork += 1;
        most = Math.max(most, inWork);
        await new Promise(setImmediate);
        inWork -= 1;
        const { position } = body as { position: number };
        if (position === 3) throw new Error("a bug");
        return position % 4 === 0 ? { retry: "overloaded" } : "done";
      }),
      dead: undefined,
      config: CONFIG,
      log: silent,
      random: () => 0.99,
    },
  );
  expect(most).toBe(4);
  expect(messages.map(({ said }) => said)).toEqual(
    messages.map((_, i) => {
      if (i === 3) return ["retry in 6"];
      return i % 4 === 0 ? ["retry in 3"] : ["ack"];
    }),
  );
});

/** A full batch of company 1 with one message of company 2 at its end, and one that was tried before. */
const noisyBatch = () => [
  ...Array.from({ length: 48 }, (_, i) => delivery(document(i))),
  delivery(document(48), 2),
  delivery({ ...document(0), company: 2 }),
];

test("companies take turns in a batch, and what one has above its share goes to the end of the queue", async () => {
  expect(await Bun.file("wrangler.toml").text()).toContain(`max_batch_size = ${FULL_BATCH}\n`);
  const messages = noisyBatch();
  const worked: unknown[] = [];
  const sent: Message[] = [];
  const hands = {
    consumer: consumer(async (body) => {
      worked.push(body);
      return "done";
    }),
    dead: undefined,
    config: CONFIG,
    log: silent,
    random: () => 0,
  };
  const jobs = {
    sendBatch: async (batch: readonly { body: Message }[]) =>
      void sent.push(...batch.map(({ body }) => body)),
  };
  await consumeBatch({ messages }, { ...hands, jobs });
  expect(worked.slice(0, 2)).toEqual([document(0), { ...document(0), company: 2 }]);
  expect(worked).toHaveLength(CONFIG.JOB_CONCURRENCY + 2);
  expect(worked.at(-1)).toEqual(document(48));
  expect(sent.map(({ kind }) => kind)).toEqual(Array(44).fill("document"));
  expect(messages.map(({ said }) => said)).toEqual(messages.map(() => ["ack"]));

  // A batch that is not full has nothing behind it; a queue that takes nothing loses nothing.
  for (const [batch, refusing] of [
    [noisyBatch().slice(1), jobs],
    [noisyBatch(), { sendBatch: () => Promise.reject(new Error("away")) }],
  ] as const) {
    worked.length = 0;
    await consumeBatch({ messages: batch }, { ...hands, jobs: refusing });
    expect(worked).toHaveLength(batch.length);
    expect(batch.every(({ said }) => said.join() === "ack")).toBe(true);
  }
});

test("retry delays have full jitter, are whole seconds, and are at most twelve hours", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempts, chance) => {
        const delay = edgeRetrySeconds(attempts, () => chance);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(43_200, 3 * 2 ** (attempts - 1)));
        expect(edgeRetrySeconds(attempts, () => 0)).toBe(0);
      },
    ),
    { seed: 20261123, numRuns: 200 },
  ));

test("a message goes once to the dead-letter queue with its reason after its last attempt", async () => {
  const letters: unknown[] = [];
  let consumed = 0;
  const hands = {
    consumer: consumer(async () => {
      consumed += 1;
      return { retry: "overloaded" };
    }),
    dead: { send: async (letter: unknown) => void letters.push(letter) },
    config: CONFIG,
    log: silent,
    random: () => 0,
  };
  const [last, beyond] = [delivery(document(1), 3), delivery(document(2), 4)];
  await consumeBatch({ messages: [last, beyond] }, hands);
  expect([consumed, last.said, beyond.said]).toEqual([1, ["ack"], ["ack"]]);
  expect(letters.map(readDeadLetter)).toMatchObject([
    { body: document(1), reason: "overloaded" },
    // Its process has died each time; no other reason is known.
    { body: document(2), reason: "interrupted" },
  ]);
  const away = { send: () => Promise.reject(new Error("away")) };
  const kept = delivery(document(3), 3);
  await consumeBatch({ messages: [kept] }, { ...hands, dead: away });
  expect(kept.said).toEqual(["retry in 0"]);
});

test("a dead letter is parked with its reason; an unreadable one is stored once, and deleted after 30 days", async () => {
  const ports = await testPorts();
  const { writer, clock } = ports;
  const parked: [unknown, string][] = [];
  const hands = {
    consumer: {
      consume: async () => "done" as const,
      async park(body: unknown, reason: string, along: Parameters<Consumer["park"]>[2]) {
        if (reason === "away") throw new Error("database away");
        await writer.commit({ statements: along, read: () => undefined });
        parked.push([body, reason]);
      },
    },
    config: CONFIG,
    log: silent,
    random: () => 0,
    clock,
  };
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const messages = [
    delivery(deadLetterOf(document(1), "overloaded")),
    delivery(document(2)),
    delivery(deadLetterOf({ hello: "world" }, "message.unreadable")),
    delivery(circle),
    delivery(undefined),
    delivery(deadLetterOf(document(3), "away"), 2),
  ];
  await parkBatch({ messages }, hands);
  await parkBatch({ messages: messages.slice(2, 3) }, hands);
  expect(messages.map(({ said }) => said.join())).toEqual([
    "ack",
    "ack",
    "ack,ack",
    "ack",
    "ack",
    "retry in 0",
  ]);
  expect(parked.slice(0, 2)).toEqual([
    [document(1), "overloaded"],
    [document(2), "interrupted"],
  ]);
  const stored = {
    sql: "select lane, body ->> '$' as body, reason from queue order by id",
    args: [],
  };
  expect(await ports.reader.rows(stored)).toEqual([
    { lane: "unreadable", body: '{"hello":"world"}', reason: "message.unreadable" },
    { lane: "unreadable", body: "object", reason: "interrupted" },
    { lane: "unreadable", body: "undefined", reason: "interrupted" },
  ]);
  clock.advance(30 * 86_400_000);
  await deleteExpiredParked(ports);
  expect(await ports.reader.rows(stored)).toHaveLength(3);
  clock.advance(1);
  await deleteExpiredParked(ports);
  expect(await ports.reader.rows(stored)).toEqual([]);
  await ports.close();
});
