import { expect, test } from "bun:test";
import { trusted } from "../../../src/lib/cast.ts";
import { bunQueue, type QueueLimits } from "../../../src/platform/bun/queue/queue.ts";
import { memoryQueue } from "../../../src/platform/memory/queue.ts";
import type { Consumer, MessageOutcome } from "../../../src/ports/queue.ts";
import { readerOf } from "../../../src/ports/sql.ts";
import { MESSAGE_BYTES, Message } from "../../../src/queue-messages.ts";
import { document, file, queueContract, recorder, sent } from "../../contracts/queue.ts";
import { testContract } from "../../support/contract-tests.ts";
import { type TestPorts, testPorts } from "../../support/ports.ts";

const lanes = { document: 2, archive: 1, export: 1, webhook: 1 };
const LIMITS: QueueLimits = { lanes, attempts: 3, leaseMs: 10_000 };

const committing = (ports: TestPorts) => async (statements: readonly { sql: string }[]) => {
  await ports.writer.commit({ statements: trusted(statements), read: () => null });
};

/** A queue over a database of its own; several processes are several queues over one. */
async function world(limits: Partial<QueueLimits> = {}, random = () => 1) {
  const ports = await testPorts();
  const commit = committing(ports);
  const queues: ReturnType<typeof bunQueue>[] = [];
  const another = () => {
    const queue = bunQueue(ports, { ...LIMITS, ...limits }, random);
    queues.push(queue);
    return queue;
  };
  return {
    ports,
    commit,
    another,
    queue: another(),
    rows: () => ports.reader.rows({ sql: "select * from queue order by id", args: [] }),
    async close() {
      await Promise.all(queues.map((queue) => queue.stop(1_000)));
      await ports.close();
    },
  };
}

testContract("memory", queueContract, async () => {
  const queue = memoryQueue(3);
  return {
    queue,
    attempts: 3,
    commit: async () => undefined,
    deliver: (consumer) => queue.deliver(consumer),
    close: async () => undefined,
  };
});

testContract("bun", queueContract, async () => {
  const { ports, commit, queue, another, close } = await world();
  return {
    queue,
    attempts: LIMITS.attempts,
    commit,
    async deliver(consumer) {
      const hands = another();
      hands.start(consumer);
      for (let n = 0; n <= LIMITS.attempts; n += 1) {
        await hands.idle();
        ports.clock.advance(300_000);
      }
      await hands.stop(1_000);
    },
    close,
  };
});

test("a message is smaller than a queue takes, whatever it says", () => {
  const largest = Message.parse({
    ...document(Number.MAX_SAFE_INTEGER),
    company: Number.MAX_SAFE_INTEGER,
    job: "é".repeat(64),
  });
  expect(new TextEncoder().encode(JSON.stringify(largest)).length).toBeLessThan(MESSAGE_BYTES);
});

test("a message is there with the batch that it speaks of, or not at all", async () => {
  const { ports, queue, rows, close } = await world();
  const fails = { sql: "insert into companies (id) values (1)", args: [] };
  const statements = [...queue.send([document(0)]).statements, fails];
  await ports.writer.commit({ statements, read: () => null }).catch(() => null);
  expect(await rows()).toEqual([]);
  await close();
});

test("sent again while it waits, or while it is in work, a message is still one", async () => {
  const w = await world();
  const release = Promise.withResolvers<MessageOutcome>();
  const reached = Promise.withResolvers<void>();
  const { seen, consumer } = recorder(() => {
    reached.resolve();
    return release.promise;
  });
  await sent(w, [document(0), document(0)]);
  await sent(w, [document(0)]);
  w.queue.start(consumer(w.commit));
  await reached.promise;
  await sent(w, [document(0)]);
  release.resolve("done");
  await w.queue.idle();
  expect(seen).toHaveLength(1);
  expect(await w.rows()).toEqual([]);
  await w.close();
});

test("each lane has its own width, and messages are handed out in the order sent", async () => {
  const w = await world();
  const gates = new Map<unknown, PromiseWithResolvers<MessageOutcome>>();
  const order: string[] = [];
  const arrived = new Set<() => void>();
  const nameOf = (message: Message) =>
    message.kind + ("position" in message ? message.position : "");
  const { consumer } = recorder((message) => {
    const gate = Promise.withResolvers<MessageOutcome>();
    gates.set(nameOf(message), gate);
    order.push(nameOf(message));
    for (const tell of arrived) tell();
    return gate.promise;
  });
  const until = async (count: number) => {
    while (order.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived.add(resolve);
      await promise;
    }
  };
  await sent(w, [file("a"), file("b"), document(0), document(1), document(2)]);
  w.queue.start(consumer(w.commit));
  await until(3);
  expect(order.toSorted()).toEqual(["document0", "document1", "export"]);
  gates.get("document1")?.resolve("done");
  await until(4);
  expect(order.at(-1)).toBe("document2");
  gates.get("export")?.resolve("done");
  await until(5);
  for (const gate of gates.values()) gate.resolve("done");
  await w.queue.idle();
  expect(w.queue.figures()).toMatchObject({ done: 5, running: 0 });
  await w.close();
});

test("after a failure a message waits, longer each time, and no longer than five minutes", async () => {
  const w = await world({ attempts: 20 });
  const { consumer } = recorder(() => ({ retry: "overloaded" }));
  await sent(w, [document(0)]);
  w.queue.start(consumer(w.commit));
  const delays: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    await w.queue.idle();
    const [row] = await w.rows();
    delays.push(Number(row?.available_at) - w.ports.clock.now());
    expect(row).toMatchObject({ attempts: n + 1, reason: "overloaded", leased_by: null });
    w.ports.clock.set(Number(row?.available_at));
  }
  expect(delays.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(Math.max(...delays)).toBe(300_000);
  await w.close();
});

test("a message of a dead process is delivered again after its lease, and not before", async () => {
  const w = await world();
  const reached = Promise.withResolvers<void>();
  const dead: Consumer = {
    consume() {
      reached.resolve();
      return new Promise(() => undefined);
    },
    park: async () => undefined,
  };
  await sent(w, [document(0)]);
  w.queue.start(dead);
  await reached.promise;
  const { seen, consumer } = recorder(() => "done");
  const second = w.another();
  second.start(consumer(w.commit));
  w.ports.clock.advance(LIMITS.leaseMs - 1);
  await second.idle();
  expect(seen).toEqual([]);
  w.ports.clock.advance(1);
  await second.idle();
  expect(seen).toEqual([document(0)]);
  expect(await w.rows()).toEqual([]);
  await second.stop(1_000);
  await w.queue.stop(0);
  await w.ports.close();
});

test("a process that lost the lease cannot write the result of the message", async () => {
  const w = await world();
  const slow = Promise.withResolvers<MessageOutcome>();
  const reached = Promise.withResolvers<void>();
  const first = recorder(() => {
    reached.resolve();
    return slow.promise;
  });
  await sent(w, [document(0)]);
  w.queue.start(first.consumer(w.commit));
  await reached.promise;
  w.ports.clock.advance(LIMITS.leaseMs);
  const second = w.another();
  const { consumer } = recorder(() => ({ retry: "overloaded" }));
  second.start(consumer(w.commit));
  await second.idle();
  slow.resolve("done");
  await w.queue.idle();
  expect(await w.rows()).toMatchObject([{ attempts: 2, reason: "overloaded" }]);
  await w.close();
});

test("running work keeps its lease", async () => {
  const w = await world({ leaseMs: 30 });
  const slow = Promise.withResolvers<MessageOutcome>();
  const reached = Promise.withResolvers<void>();
  const { consumer } = recorder(() => {
    reached.resolve();
    return slow.promise;
  });
  await sent(w, [document(0)]);
  w.queue.start(consumer(w.commit));
  await reached.promise;
  const until = async () => Number((await w.rows())[0]?.available_at);
  const before = await until();
  w.ports.clock.advance(29);
  while ((await until()) === before) await Bun.sleep(1);
  expect(await until()).toBe(before + 29);
  slow.resolve("done");
  await w.queue.idle();
  await w.close();
});

test("a message that kills its process is parked as interrupted", async () => {
  const w = await world();
  await sent(w, [document(0)]);
  await w.commit([trusted({ sql: "update queue set attempts = 3, leased_by = 'gone'", args: [] })]);
  const { seen, parked, consumer } = recorder(() => "done");
  w.queue.start(consumer(w.commit));
  await w.queue.idle();
  expect([seen, parked]).toEqual([[], [[document(0), "interrupted"]]]);
  expect(await w.rows()).toMatchObject([{ reason: "interrupted", dead_at: w.ports.clock.now() }]);
  expect(await w.queue.depth()).toMatchObject({ waiting: 0, inWork: 0, parked: 1 });
  await w.close();
});

test("a stop aborts running work, and a released message loses no attempt", async () => {
  const w = await world();
  const reached = Promise.withResolvers<void>();
  const consumer: Consumer = {
    async consume(_, signal) {
      reached.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      return { retry: "AbortError" };
    },
    park: async () => undefined,
  };
  await sent(w, [document(0)]);
  w.queue.start(consumer);
  await reached.promise;
  await w.queue.stop(5_000);
  expect(await w.rows()).toMatchObject([
    { attempts: 0, leased_by: null, available_at: w.ports.clock.now(), reason: null },
  ]);
  const next = recorder(() => "done");
  const second = w.another();
  second.start(next.consumer(w.commit));
  await second.idle();
  expect(next.seen).toEqual([document(0)]);
  await w.close();
});

test("a clock that is set back delays no message", async () => {
  const w = await world();
  await sent(w, [document(0)]);
  w.ports.clock.advance(-86_400_000);
  const { seen, consumer } = recorder(() => "done");
  w.queue.start(consumer(w.commit));
  await w.queue.idle();
  expect(seen).toEqual([document(0)]);
  await w.close();
});

test("a fault of the database ends no lane: messages are delivered after it", async () => {
  const w = await world();
  const { reader } = w.ports;
  let faults = 3;
  const through: typeof reader = readerOf({
    async rows(statement, signal) {
      if (faults === 0) return reader.rows(statement, signal);
      faults -= 1;
      throw new Error("disk I/O error");
    },
  });
  const queue = bunQueue({ ...w.ports, reader: through }, LIMITS, () => 1);
  const { seen, consumer } = recorder(() => "done");
  queue.start(consumer(w.commit));
  await sent({ queue, commit: w.commit }, [document(0)]);
  while (faults > 0) {
    queue.wake();
    await Bun.sleep(0);
  }
  await queue.idle();
  expect(seen).toEqual([document(0)]);
  await queue.stop(1_000);
  await w.close();
});

test("an idle queue writes nothing", async () => {
  const w = await world();
  const { consumer } = recorder(() => "done");
  w.queue.start(consumer(w.commit));
  await w.queue.idle();
  const before = w.ports.writer.figures().committed;
  for (let n = 0; n < 20; n += 1) await w.queue.idle();
  expect(w.ports.writer.figures().committed).toBe(before);
  await w.close();
});
