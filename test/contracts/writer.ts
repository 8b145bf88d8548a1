import { Failed } from "../../src/lib/result.ts";
import type { GroupWriter } from "../../src/platform/libsql/group-writer.ts";
import type { Reader, Row, Statement } from "../../src/ports/sql.ts";
import { type Contract, claim, like, same } from "./claims.ts";

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
export const job = (...statements: Statement[]) => ({ statements, read: firstRow });
const failureOf = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === "rejected" && outcome.reason instanceof Failed
    ? outcome.reason.failure
    : outcome;

const names = async ({ reader }: OpenWriter) =>
  (await reader.rows({ sql: "select id from things order by id", args: [] })).map((r) => r.id);

/** Ports.Writer, for every implementation. */
export const writerContract: Contract<(settings?: WriterSettings) => Promise<OpenWriter>> = [
  {
    name: "each job gets the rows of its own statements, in order",
    async run(open) {
      const world = await open();
      const got = await Promise.all(
        [1, 2, 3].map((n) =>
          world.writer.commit({
            statements: [
              put(n),
              { sql: "delete from things where id = -1", args: [] },
              put(n + 10),
            ],
            read: (rows) => rows.map((set) => set.map((row) => row.id)),
          }),
        ),
      );
      same(got, [
        [[1], [], [11]],
        [[2], [], [12]],
        [[3], [], [13]],
      ]);
      await world.close();
    },
  },
  {
    name: "jobs that wait together share one commit, and never more than the group",
    async run(open) {
      const world = await open({ group: 8 });
      await Promise.all(Array.from({ length: 20 }, (_, n) => world.writer.commit(job(put(n)))));
      like(world.writer.figures(), {
        committed: 20,
        groups: 3,
        largestGroup: 8,
        queued: 0,
      });
      await world.close();
    },
  },
  {
    name: "a job that fails does not undo others, and names its constraint",
    async run(open) {
      const world = await open();
      const outcomes = await Promise.allSettled([
        world.writer.commit(job(put(1, "same"))),
        world.writer.commit(job(put(2), put(3, "same"))),
        world.writer.commit(job(put(4))),
      ]);
      same(
        outcomes.map((o) => o.status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      same(outcomes.map(failureOf)[1], {
        code: "storage.rejected",
        constraint: "UNIQUE constraint failed: things.name",
      });
      same(await names(world), [1, 4]);
      await world.close();
    },
  },
  {
    name: "a job whose read throws fails alone, with what it threw",
    async run(open) {
      const world = await open();
      const outcomes = await Promise.allSettled([
        world.writer.commit({
          statements: [put(1)],
          read() {
            throw new RangeError("not mine");
          },
        }),
        world.writer.commit(job(put(2))),
      ]);
      like(outcomes, [
        { status: "rejected", reason: { name: "RangeError", message: "not mine" } },
        { status: "fulfilled", value: { id: 2 } },
      ]);
      await world.close();
    },
  },
  {
    name: "a statement that is not SQL fails alone, with its own error",
    async run(open) {
      const world = await open();
      const outcomes = await Promise.allSettled([
        world.writer.commit(job({ sql: "insert into nowhere values (1)", args: [] })),
        world.writer.commit(job(put(1))),
      ]);
      like(outcomes[0], { status: "rejected" });
      claim(
        outcomes[0] !== undefined && !JSON.stringify(failureOf(outcomes[0])).includes("constraint"),
        "a constraint",
      );
      same(await names(world), [1]);
      await world.close();
    },
  },
  {
    name: "a full queue answers overloaded at once, and keeps its jobs",
    async run(open) {
      const world = await open({ queue: 2, group: 1 });
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map((n) => world.writer.commit(job(put(n)))),
      );
      same(outcomes.map(failureOf)[2], {
        code: "overloaded",
        what: "writer",
        retryAfterS: 1,
      });
      same(await names(world), [1, 2]);
      await world.close();
    },
  },
  {
    name: "a caller that aborts while it waits writes nothing, and gets its own reason",
    async run(open) {
      const world = await open({ group: 1 });
      const leaving = new AbortController();
      const outcomes = Promise.allSettled([
        world.writer.commit(job(put(1))),
        world.writer.commit(job(put(2)), leaving.signal),
        world.writer.commit(job(put(3)), AbortSignal.abort("gone before")),
        world.writer.commit(job(put(4))),
      ]);
      leaving.abort("gone");
      like(await outcomes, [
        { status: "fulfilled" },
        { status: "rejected", reason: "gone" },
        { status: "rejected", reason: "gone before" },
        { status: "fulfilled" },
      ]);
      same(await names(world), [1, 4]);
      await world.close();
    },
  },
  {
    name: "an aborted job frees its place in the queue",
    async run(open) {
      const world = await open({ queue: 1, group: 1 });
      const leaving = new AbortController();
      const gone = world.writer.commit(job(put(1)), leaving.signal).catch((reason) => reason);
      leaving.abort("gone");
      same(await world.writer.commit(job(put(2))), { id: 2, name: "thing 2" });
      same(await gone, "gone");
      await world.close();
    },
  },
  {
    name: "jobs are written in the order in which they came",
    async run(open) {
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
            read: () => null,
          }),
        ),
      );
      const rows = await world.reader.rows({ sql: "select id, name from things", args: [] });
      same(
        rows.every((row) => String(row.id) === row.name),
        true,
      );
      same(rows.length, 10);
      await world.close();
    },
  },
  {
    name: "after drain nothing waits",
    async run(open) {
      const world = await open({ group: 2 });
      const all = Promise.all(
        Array.from({ length: 9 }, (_, n) => world.writer.commit(job(put(n)))),
      );
      await world.writer.drain();
      like(world.writer.figures(), { queued: 0, committed: 9 });
      await all;
      await world.close();
    },
  },
  {
    name: "bytes come back as they were, from a part of a larger buffer too",
    async run(open) {
      const world = await open();
      const bytes = new Uint8Array([9, 0, 255, 13, 10, 9]).subarray(1, 5);
      const back = await world.writer.commit({
        statements: [{ sql: "select ?1 as some, x'' as none", args: [bytes] }],
        read: firstRow,
      });
      same(back, { some: new Uint8Array([0, 255, 13, 10]), none: new Uint8Array() });
      await world.close();
    },
  },
  {
    name: "an integer that a number cannot hold is an error, never a near one, and its job is written once",
    async run(open) {
      const world = await open();
      const beyond = { sql: "select 9007199254740993 as n", args: [] };
      const [ended] = await Promise.allSettled([world.writer.commit(job(put(1), beyond))]);
      same(failureOf(ended), { code: "storage.unknown" });
      same(await names(world), [1]);
      await world.close();
    },
  },
];
