import { expect, test } from "bun:test";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBePacked } from "../../../src/platform/bun/database/packed.ts";
import { threadConnection } from "../../../src/platform/bun/database/writer-thread.ts";
import { rowsOf } from "../../../src/platform/libsql/rows.ts";
import { outcomeUnknown } from "../../../src/resilience/transient-faults.ts";

/** A connection in a thread, over a file of its own with an empty table `t (a integer primary key, b text)`. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), "sge-thread-"));
  const threads: Worker[] = [];
  const connection = await threadConnection(
    join(folder, "t.db"),
    "PRAGMA journal_mode = WAL",
    (script) => {
      const thread = new Worker(script);
      threads.push(thread);
      return thread;
    },
  );
  await connection.executeMultiple("create table t (a integer primary key, b text) strict");
  return {
    connection,
    threads,
    folder,
    async close() {
      await connection.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
const put = (a: number, b: string) => ({
  sql: "insert into t (a, b) values (?1, ?2) returning a, b",
  args: [a, b],
});
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test("repeated texts, and texts too long to be numbered, bind their own parameters", async () => {
  const { connection, close } = await open();
  const long = `select ?1 as x /* ${"-".repeat(9_000)} */`;
  for (let n = 1; n <= 3; n += 1) {
    const answers = await connection.batch(
      [put(n, "one"), { sql: long, args: [n] }, put(n + 10, "two")],
      "write",
    );
    expect(answers.map(({ rows }) => rows)).toEqual([
      [{ a: n, b: "one" }],
      [{ x: n }],
      [{ a: n + 10, b: "two" }],
    ]);
  }
  await close();
});

test("more texts than numbers stay distinct", async () => {
  const { connection, close } = await open();
  for (let n = 0; n < 2_100; n += 700) {
    const numbers = Array.from({ length: 700 }, (_, at) => n + at);
    const statements = numbers.map((at) => ({ sql: `select ${at} as x`, args: [] }));
    const answers = await connection.batch([...statements, "select 0 as x"], "write");
    expect(answers.map(({ rows }) => rows)).toEqual([...numbers, 0].map((x) => [{ x }]));
  }
  await close();
});

test("a request that uses up the numbers runs the texts that it began with", async () => {
  const { connection, close } = await open();
  const texts = Array.from({ length: 1_000 }, (_, n) => ({ sql: `select ${n} as x`, args: [] }));
  // Fewer numbers are left than the second request has new texts.
  await connection.batch(texts.slice(0, 995), "write");
  const fresh = Array.from({ length: 9 }, (_, n) => ({
    sql: `select ${2_000 + n} as x`,
    args: [],
  }));
  const answers = await connection.batch([...texts.slice(0, 3), ...fresh], "write");
  expect(answers.map(({ rows }) => rows)).toEqual(
    [0, 1, 2, ...fresh.map((_, n) => 2_000 + n)].map((x) => [{ x }]),
  );
  await close();
});

test("bytes arrive unchanged, and packed where they are to be", async () => {
  const { connection, close } = await open();
  const bytes = new Uint8Array([0, 255, 13, 10, 0]);
  const [answer] = await connection.batch(
    [{ sql: "select ?1 as plain, ?2 as packed", args: [bytes, toBePacked(bytes)] }],
    "write",
  );
  const [row] = rowsOf(answer ?? { rows: [] });
  expect(row?.plain).toEqual(bytes);
  const found = row?.packed;
  expect(found instanceof Uint8Array && Bun.gunzipSync(new Uint8Array(found))).toEqual(bytes);
  await close();
});

test("bytes of several statements keep their places, and can be sent again", async () => {
  const { connection, close } = await open();
  const [short, empty, long] = [
    new Uint8Array([1]),
    new Uint8Array(0),
    new Uint8Array(70_000).fill(7),
  ];
  const statements = [
    { sql: "select ?1 as x", args: [short] },
    put(1, "no bytes"),
    { sql: "select ?2 as x, ?1 as y", args: [long, empty] },
  ];
  for (let sent = 0; sent < 2; sent += 1) {
    await connection.execute({ sql: "delete from t where a = ?1", args: [1] });
    const answers = await connection.batch(statements, "write");
    expect(answers.map(rowsOf)).toEqual([
      [{ x: short }],
      [{ a: 1, b: "no bytes" }],
      [{ x: empty, y: long }],
    ]);
  }
  await close();
});

test("a request between two with bytes waits for neither", async () => {
  const { connection, close } = await open();
  const bytes = (size: number) => ({
    sql: "select ?1 as x",
    args: [new Uint8Array(size).fill(size)],
  });
  const sizes = await Promise.all(
    [3, 0, 7].map(async (size, n) => {
      const [answer] = await connection.batch([n === 1 ? put(9, "plain") : bytes(size)], "write");
      return rowsOf(answer ?? { rows: [] });
    }),
  );
  expect(sizes).toEqual([
    [{ x: new Uint8Array(3).fill(3) }],
    [{ a: 9, b: "plain" }],
    [{ x: new Uint8Array(7).fill(7) }],
  ]);
  await close();
});

test("waiting requests run in their order", async () => {
  const { connection, close } = await open();
  const written = await Promise.all(
    Array.from({ length: 50 }, (_, n) => connection.batch([put(n, "x")], "write")),
  );
  expect(written.map(([answer]) => answer?.rows)).toEqual(
    Array.from({ length: 50 }, (_, n) => [{ a: n, b: "x" }]),
  );
  await close();
});

test("a thread that ends makes its writes storage.unknown, and the next request starts a new one", async () => {
  const { connection, threads, close } = await open();
  await connection.batch([put(1, "kept")], "write");
  const inWork = connection.batch([put(2, "doubtful")], "write");
  threads[0]?.terminate();
  const lost = await caught(inWork);
  expect(lost).toMatchObject({ name: "ThreadLost", code: "ConnectionClosed" });
  expect(outcomeUnknown(lost)).toBe(true);
  const kept = await connection.execute("select b from t where a = 1");
  expect(kept.rows).toEqual([{ b: "kept" }]);
  expect(threads).toHaveLength(2);
  await close();
});

test("a text that a new thread gets while the file cannot be opened is known to it afterwards", async () => {
  const { connection, threads, folder, close } = await open();
  const inWork = connection.batch([put(1, "doubtful")], "write");
  threads[0]?.terminate();
  await caught(inWork);
  const aside = `${folder}-aside`;
  await rename(folder, aside);
  expect(await caught(connection.batch([put(2, "not kept")], "write"))).toBeInstanceOf(Error);
  await rename(aside, folder);
  const [answer] = await connection.batch([put(3, "kept")], "write");
  expect(answer?.rows).toEqual([{ a: 3, b: "kept" }]);
  await close();
});

test("a database that cannot be opened fails at once", async () => {
  const opened = threadConnection("/proc/nowhere/x.db", "PRAGMA journal_mode = WAL");
  expect(String(await caught(opened))).toContain("/proc/nowhere/x.db");
});
