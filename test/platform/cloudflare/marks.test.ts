import { expect, test } from "bun:test";
import { isolateCommitCheck } from "../../../src/platform/cloudflare/commit-check.ts";
import { checkedBatches } from "../../../src/platform/installation.ts";
import { memoryMarks } from "../../../src/platform/memory/marks.ts";
import { testClock, testPorts } from "../../support/ports.ts";

/** An isolate over a database of its own, and a bucket that may be away. */
async function withIsolate(
  body: (isolate: {
    write(): Promise<string>;
    marks: ReturnType<typeof memoryMarks>;
    bucket: { away: boolean; asked: number };
    clock: ReturnType<typeof testClock>;
    sql(text: string): Promise<unknown>;
    said: string[];
  }) => Promise<void>,
) {
  const { database, close } = await testPorts();
  const kept = memoryMarks();
  const bucket = { away: false, asked: 0 };
  const clock = testClock();
  const said: string[] = [];
  const held: Promise<unknown>[] = [];
  const reach = () => {
    bucket.asked += 1;
    if (bucket.away) throw new Error("the bucket is away");
  };
  const marks = {
    ...kept,
    async read() {
      reach();
      return kept.read();
    },
    async write(mark: Parameters<typeof kept.write>[0]) {
      reach();
      await kept.write(mark);
    },
  };
  const seal = isolateCommitCheck({
    marks,
    clock,
    waitUntil: (work) => void held.push(work),
    onRefused: ({ message }) => void said.push(message),
    onMarkFailed: () => void said.push("unmarked"),
  });
  const batches = checkedBatches(database.writing, "turso.example", seal);
  const write = async () => {
    const done = await batches.batch(["select 1"], "write").then(
      () => "written",
      (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "?"),
    );
    await Promise.all(held);
    return done;
  };
  await body({
    write,
    marks: kept,
    bucket,
    clock,
    said,
    sql: (text) => database.writing.execute(text),
  });
  await close();
}

const AGAIN_MS = 61_000;

test("an isolate reads the mark once, writes it at its first commit, and then once a minute", () =>
  withIsolate(async ({ write, marks, bucket, clock }) => {
    for (let n = 0; n < 5; n += 1) expect(await write()).toBe("written");
    expect([(await marks.read())?.commits, bucket.asked]).toEqual([1, 3]);
    clock.advance(AGAIN_MS);
    await write();
    expect((await marks.read())?.commits).toBe(6);
  }));

test("a database that differs from its mark accepts no write until the mark is deleted", () =>
  withIsolate(async ({ write, marks, said, sql }) => {
    await write();
    const mark = await marks.read();
    await sql("update installation set id = 'ffffffffffffffffffffffffffffffff'");
    for (let n = 0; n < 3; n += 1) expect(await write()).toBe("STORAGE_GONE");
    expect(said[0]).toContain("turso.example");
    await sql(`update installation set id = '${mark?.id}', commits = 0`);
    expect(await write()).toBe("STORAGE_GONE");
    await marks.remove();
    expect(await write()).toBe("written");
    expect((await marks.read())?.commits).toBe(1);
  }));

test("a bucket that is down stops no write: the isolate uses its own state, and reads again after a minute", () =>
  withIsolate(async ({ write, marks, bucket, clock, said, sql }) => {
    bucket.away = true;
    for (let n = 0; n < 3; n += 1) expect(await write()).toBe("written");
    expect([bucket.asked, said]).toEqual([1, ["unmarked"]]);
    // What it has seen itself it does not give up.
    await sql("update installation set commits = 1");
    expect(await write()).toBe("STORAGE_GONE");
    await sql("update installation set commits = 9");
    bucket.away = false;
    clock.advance(AGAIN_MS);
    expect(await write()).toBe("written");
    expect((await marks.read())?.commits).toBe(10);
  }));
