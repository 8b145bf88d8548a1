import { expect, test } from "bun:test";
import { Failed } from "../../src/lib/result.ts";
import type { GroupWriter } from "../../src/platform/group-writer.ts";
import type { Reader, Row, Statement } from "../../src/ports.ts";

/** A writer over an empty table `things (id integer primary key, name text unique)`, and a reader of the same database. */
export interface OpenWriter {
  readonly writer: GroupWriter;
  readonly reader: Reader;
  close(): Promise<void>;
}

/** What is asked for; the rest is the platform's default. */
export interface WriterSettings {
  readonly group?: number;
  readonly queue?: number;
}

export const put = (id: number, name = `thing ${id}`): Statement => ({
  sql: "insert into things (id, name) values (?1, ?2) returning id, name",
  args: [id, name],
});

const firstRow = (rows: readonly Row[][]) => rows[0]?.[0];
export const job = (...statements: Statement[]) => ({ statements, mine: firstRow });
const failureOf = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === "rejected" && outcome.reason instanceof Failed
    ? outcome.reason.failure
    : outcome;

/** Ports.Writer, whoever implements it. */
export function writerContract(
  name: string,
  open: (settings?: WriterSettings) => Promise<OpenWriter>,
): void {
  const names = async ({ reader }: OpenWriter) =>
    (await reader.rows({ sql: "select id from things order by id", args: [] })).map((r) => r.id);

  test(`${name}: each job gets the rows of its own statements, in order`, async () => {
    const world = await open();
    const got = await Promise.all(
      [1, 2, 3].map((n) =>
        world.writer.commit({
          statements: [put(n), { sql: "delete from things where id = -1", args: [] }, put(n + 10)],
          mine: (rows) => rows.map((set) => set.map((row) => row.id)),
        }),
      ),
    );
    expect(got).toEqual([
      [[1], [], [11]],
      [[2], [], [12]],
      [[3], [], [13]],
    ]);
    await world.close();
  });

  test(`${name}: jobs that wait together share one commit, and never more than the group`, async () => {
    const world = await open({ group: 8 });
    await Promise.all(Array.from({ length: 20 }, (_, n) => world.writer.commit(job(put(n)))));
    expect(world.writer.figures()).toMatchObject({
      committed: 20,
      groups: 3,
      largestGroup: 8,
      queued: 0,
    });
    await world.close();
  });

  test(`${name}: a job that fails does not undo its neighbours, and says which constraint`, async () => {
    const world = await open();
    const outcomes = await Promise.allSettled([
      world.writer.commit(job(put(1, "same"))),
      world.writer.commit(job(put(2), put(3, "same"))),
      world.writer.commit(job(put(4))),
    ]);
    expect(outcomes.map((o) => o.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes.map(failureOf)[1]).toEqual({
      code: "storage.rejected",
      constraint: "UNIQUE constraint failed: things.name",
    });
    expect(await names(world)).toEqual([1, 4]);
    await world.close();
  });

  test(`${name}: a job whose mine throws fails alone, with what it threw`, async () => {
    const world = await open();
    const outcomes = await Promise.allSettled([
      world.writer.commit({
        statements: [put(1)],
        mine() {
          throw new RangeError("not mine");
        },
      }),
      world.writer.commit(job(put(2))),
    ]);
    expect(outcomes).toMatchObject([
      { status: "rejected", reason: new RangeError("not mine") },
      { status: "fulfilled", value: { id: 2 } },
    ]);
    await world.close();
  });

  test(`${name}: a statement that is no SQL fails as itself and takes nobody with it`, async () => {
    const world = await open();
    const outcomes = await Promise.allSettled([
      world.writer.commit(job({ sql: "insert into nowhere values (1)", args: [] })),
      world.writer.commit(job(put(1))),
    ]);
    expect(outcomes[0]).toMatchObject({ status: "rejected" });
    expect(failureOf(outcomes[0] ?? fail())).not.toHaveProperty("constraint");
    expect(await names(world)).toEqual([1]);
    await world.close();
  });

  test(`${name}: a full queue answers overloaded at once, and keeps what it had taken`, async () => {
    const world = await open({ queue: 2, group: 1 });
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((n) => world.writer.commit(job(put(n)))),
    );
    expect(outcomes.map(failureOf)[2]).toEqual({
      code: "overloaded",
      what: "writer",
      retryAfterS: 1,
    });
    expect(await names(world)).toEqual([1, 2]);
    await world.close();
  });

  test(`${name}: a caller that leaves while it waits writes nothing, and gets its own reason`, async () => {
    const world = await open({ group: 1 });
    const leaving = new AbortController();
    const outcomes = Promise.allSettled([
      world.writer.commit(job(put(1))),
      world.writer.commit(job(put(2)), leaving.signal),
      world.writer.commit(job(put(3)), AbortSignal.abort("gone before")),
      world.writer.commit(job(put(4))),
    ]);
    leaving.abort("gone");
    expect(await outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: "gone" },
      { status: "rejected", reason: "gone before" },
      { status: "fulfilled" },
    ]);
    expect(await names(world)).toEqual([1, 4]);
    await world.close();
  });

  test(`${name}: what leaves makes room in the queue`, async () => {
    const world = await open({ queue: 1, group: 1 });
    const leaving = new AbortController();
    const gone = world.writer.commit(job(put(1)), leaving.signal).catch((reason) => reason);
    leaving.abort("gone");
    expect(await world.writer.commit(job(put(2)))).toEqual({ id: 2, name: "thing 2" });
    expect(await gone).toBe("gone");
    await world.close();
  });

  test(`${name}: jobs are written in the order in which they came`, async () => {
    const world = await open({ group: 3 });
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        world.writer.commit({
          statements: [
            {
              sql: "insert into things (id, name) select ?1, count(*) from things",
              args: [n],
            },
          ],
          mine: () => null,
        }),
      ),
    );
    const rows = await world.reader.rows({ sql: "select id, name from things", args: [] });
    expect(rows.every((row) => String(row.id) === row.name)).toBe(true);
    expect(rows).toHaveLength(10);
    await world.close();
  });

  test(`${name}: after drain nothing waits`, async () => {
    const world = await open({ group: 2 });
    const all = Promise.all(Array.from({ length: 9 }, (_, n) => world.writer.commit(job(put(n)))));
    await world.writer.drain();
    expect(world.writer.figures()).toMatchObject({ queued: 0, committed: 9 });
    await all;
    await world.close();
  });

  test(`${name}: bytes come back as they were, from a part of a larger buffer too`, async () => {
    const world = await open();
    const bytes = new Uint8Array([9, 0, 255, 13, 10, 9]).subarray(1, 5);
    const back = await world.writer.commit({
      statements: [{ sql: "select ?1 as some, x'' as none", args: [bytes] }],
      mine: firstRow,
    });
    expect(back).toEqual({ some: new Uint8Array([0, 255, 13, 10]), none: new Uint8Array() });
    await world.close();
  });

  test(`${name}: an integer that a number cannot hold is an error, never a near one`, async () => {
    const world = await open();
    const beyond = world.writer.commit(job({ sql: "select 9007199254740993 as n", args: [] }));
    expect(await beyond.catch((error: unknown) => error)).toBeInstanceOf(RangeError);
    await world.close();
  });
}

function fail(): never {
  throw new Error("no outcome");
}
