import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { Failed } from "../../../src/lib/result.ts";
import { openDatabase, type WriterPlace } from "../../../src/platform/bun/database/database.ts";
import {
  type BatchClient,
  type GroupLimits,
  groupWriter,
} from "../../../src/platform/libsql/group-writer.ts";
import { clientReader } from "../../../src/platform/libsql/reader.ts";
import { lockedFileCircuit } from "../../../src/resilience/policies.ts";
import { readerContract } from "../../contracts/reader.ts";
import { job, put, writerContract } from "../../contracts/writer.ts";
import { testContract } from "../../support/contract-tests.ts";

const yieldToEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A writer over a file of its own, through a client that may be watched or disturbed. */
async function open(
  limits: Partial<GroupLimits> = {},
  through = (client: BatchClient) => client,
  where: WriterPlace = "here",
) {
  const folder = await mkdtemp(join(tmpdir(), "sge-writer-"));
  const url = `file:${join(folder, "w.db")}`;
  const database = await openDatabase(url, undefined, where);
  await database.writing.execute(
    "create table things (id integer primary key, name text unique) strict",
  );
  return {
    url,
    database,
    reader: clientReader(database.reading),
    writer: groupWriter(through(database.writing), {
      group: 16,
      queue: 2_000,
      waitMs: 5_000,
      yieldToEventLoop,
      ...limits,
    }),
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

testContract("bun", writerContract, open);
testContract("bun", readerContract, () => open());

/** A client whose batches fail with the given errors, before they reach the database; null lets one through. */
const disturbed = (faults: (Error | null)[]) => {
  const seen: number[] = [];
  const through = (client: BatchClient): BatchClient => ({
    batch(statements, mode) {
      seen.push(statements.length);
      const fault = faults.shift() ?? null;
      return fault === null ? client.batch(statements, mode) : Promise.reject(fault);
    },
  });
  return { seen, through };
};
const fault = (code: string, message = code) => Object.assign(new Error(message), { code });

test("jobs of one turn reach the client as one batch", async () => {
  const { seen, through } = disturbed([]);
  const world = await open({}, through);
  await Promise.all([1, 2, 3, 4].map((n) => world.writer.commit(job(put(n)))));
  expect(seen).toEqual([4]);
  await world.close();
});

test("a group in which one job fails is run again job by job, once", async () => {
  const { seen, through } = disturbed([]);
  const world = await open({}, through);
  await Promise.allSettled([put(1), put(1), put(2)].map((s) => world.writer.commit(job(s))));
  expect(seen).toEqual([3, 1, 1, 1]);
  expect(world.writer.figures()).toMatchObject({ split: 1, committed: 2 });
  await world.close();
});

test("a lock of another connection is retried while the event loop runs", async () => {
  const { seen, through } = disturbed([]);
  const world = await open({}, through);
  const other = createClient({ url: world.url, concurrency: 1, timeout: 0 });
  const lock = await other.transaction("write");
  const written = world.writer.commit(job(put(1)));
  const triedByTurn = new Set<number>();
  while (seen.length < 4) {
    triedByTurn.add(seen.length);
    await yieldToEventLoop();
  }
  // Other work has its turn between the attempts; the second follows the first at once.
  expect([...triedByTurn]).toEqual(expect.arrayContaining([2, 3]));
  await lock.rollback();
  expect(await written).toEqual({ id: 1, name: "thing 1" });
  other.close();
  await world.close();
});

test("a database that stays locked for the whole wait answers overloaded and writes nothing", async () => {
  const world = await open({ waitMs: 20 });
  const other = createClient({ url: world.url, concurrency: 1, timeout: 0 });
  const lock = await other.transaction("write");
  const outcomes = await Promise.allSettled([1, 2].map((n) => world.writer.commit(job(put(n)))));
  await lock.rollback();
  expect(outcomes).toMatchObject([
    { reason: { failure: { code: "overloaded", what: "writer", retryAfterS: 1 } } },
    { reason: { failure: { code: "overloaded", what: "writer", retryAfterS: 1 } } },
  ]);
  expect(await world.reader.rows({ sql: "select * from things", args: [] })).toEqual([]);
  other.close();
  await world.close();
});

test("callers are refused at once after one whole wait for the lock, until a probe finds it free", async () => {
  const { seen, through } = disturbed([]);
  const world = await open();
  const { writing } = world.database;
  const circuit = lockedFileCircuit(() => writing.batch([], "write"));
  const limits = { group: 16, queue: 100, waitMs: 20, yieldToEventLoop, circuit };
  const writer = groupWriter(through(writing), limits);
  const other = createClient({ url: world.url, concurrency: 1, timeout: 0 });
  const held = await other.transaction("write");
  const overloaded = { failure: { code: "overloaded", what: "writer" } };
  const failed = (n: number) => writer.commit(job(put(n))).catch((error: unknown) => error);
  expect(await failed(1)).toMatchObject(overloaded);
  const asked = seen.length;
  expect(await failed(2)).toMatchObject(overloaded);
  expect(seen).toHaveLength(asked);
  await held.rollback();
  while (circuit.figures().state !== "closed") await yieldToEventLoop();
  expect(await writer.commit(job(put(3)))).toEqual({ id: 3, name: "thing 3" });
  circuit.end();
  other.close();
  await world.close();
});

test("a full disk is storage.full for the whole group, without a run job by job", async () => {
  const { seen, through } = disturbed([fault("SQLITE_FULL", "database or disk is full")]);
  const world = await open({}, through);
  const outcomes = await Promise.allSettled([1, 2].map((n) => world.writer.commit(job(put(n)))));
  expect(outcomes).toMatchObject([
    { reason: { failure: { code: "storage.full" } } },
    { reason: { failure: { code: "storage.full" } } },
  ]);
  expect(seen).toEqual([2]);
  await world.close();
});

test("a refused connection is retried, because nothing was sent", async () => {
  const { seen, through } = disturbed([fault("ECONNREFUSED"), fault("ECONNREFUSED")]);
  const world = await open({}, through);
  expect(await world.writer.commit(job(put(1)))).toEqual({ id: 1, name: "thing 1" });
  expect(seen).toEqual([1, 1, 1]);
  await world.close();
});

test("a lost connection is not retried, because the batch may have been written", async () => {
  const { seen, through } = disturbed([fault("ECONNRESET")]);
  const world = await open({}, through);
  const failed = await world.writer.commit(job(put(1))).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Failed);
  expect(failed).toMatchObject({ failure: { code: "storage.unknown" } });
  expect(seen).toEqual([1]);
  await world.close();
});

test("jobs that are committed are not run again where the rows of one cannot be read", async () => {
  const { seen, through } = disturbed([]);
  const world = await open({}, through, "thread");
  const far = { sql: "select ?1 + 9007199254740992 as far", args: [2] };
  const outcomes = await Promise.allSettled(
    [[put(1)], [put(2), far], [put(3)]].map((s) => world.writer.commit(job(...s))),
  );
  expect(outcomes).toMatchObject([
    { status: "fulfilled" },
    { reason: { failure: { code: "storage.unknown" } } },
    { value: { id: 3 } },
  ]);
  expect(seen).toEqual([4]);
  await world.close();
});

test("requests are served between one group and the next", async () => {
  const world = await open({ group: 1 });
  let done = 0;
  const jobs = [1, 2, 3].map((n) => world.writer.commit(job(put(n))).then(() => (done += 1)));
  const seen = new Set<number>();
  while (done < 3) {
    await yieldToEventLoop();
    seen.add(done);
  }
  await Promise.all(jobs);
  expect([...seen]).toEqual(expect.arrayContaining([1, 2]));
  await world.close();
});

test("a second group is sent while the first is in work, a third is not, and drain waits for both", async () => {
  const held: PromiseWithResolvers<void>[] = [];
  const through = (client: BatchClient): BatchClient => ({
    async batch(statements, mode) {
      const gate = Promise.withResolvers<void>();
      held.push(gate);
      await gate.promise;
      return client.batch(statements, mode);
    },
  });
  const world = await open({ group: 1, inFlight: 2 }, through);
  const written = [1, 2, 3].map((n) => world.writer.commit(job(put(n))));
  for (let turn = 0; turn < 20; turn += 1) await yieldToEventLoop();
  expect(held).toHaveLength(2);
  // The second ends first, and makes room for the third.
  held[1]?.resolve();
  expect(await written[1]).toEqual({ id: 2, name: "thing 2" });
  while (held.length < 3) await yieldToEventLoop();
  held[2]?.resolve();
  await written[2];
  let drained = false;
  const drain = world.writer.drain().then(() => (drained = true));
  for (let turn = 0; turn < 20; turn += 1) await yieldToEventLoop();
  expect(drained).toBe(false);
  held[0]?.resolve();
  await drain;
  expect(await written[0]).toEqual({ id: 1, name: "thing 1" });
  expect(world.writer.figures()).toMatchObject({ committed: 3, groups: 3, queued: 0 });
  await world.close();
});

test("a job that fails in one of two groups in work takes none of the other with it", async () => {
  const world = await open({ group: 2, inFlight: 2 });
  const outcomes = await Promise.allSettled(
    [put(1), put(1), put(2), put(3)].map((s) => world.writer.commit(job(s))),
  );
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect(world.writer.figures()).toMatchObject({ split: 1, committed: 3 });
  await world.close();
});

test("a few huge jobs do not share a group", async () => {
  const { seen, through } = disturbed([]);
  const world = await open({}, through);
  const huge = "x".repeat(600_000);
  await Promise.all([1, 2, 3].map((n) => world.writer.commit(job(put(n, `${n}${huge}`)))));
  expect(seen).toEqual([1, 1, 1]);
  await world.close();
});

test("a single job waits one turn of the event loop, and a growing group 32 at most", async () => {
  const arriving = Array.from({ length: 40 }, (_, n) => put(n + 1));
  const commits: Promise<unknown>[] = [];
  let turns = 0;
  const world = await open({
    group: 64,
    yieldToEventLoop() {
      turns += 1;
      const next = arriving.shift();
      if (next !== undefined) commits.push(world.writer.commit(job(next)));
      return yieldToEventLoop();
    },
  });
  await world.writer.commit(job(put(0)));
  expect([turns, world.writer.figures().largestGroup]).toEqual([32, 33]);
  arriving.length = 0;
  await world.writer.drain();
  await Promise.all(commits);
  turns = 0;
  await world.writer.commit(job(put(70)));
  expect(turns).toBe(1);
  await world.close();
});
