import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../../../src/platform/bun/database/connection.ts";
import { longReads } from "../../../src/platform/bun/database/long-reads.ts";

/** A file with one table, a connection that writes it, and the long reads of it. */
async function withReads(
  work: (open: {
    reads: ReturnType<typeof longReads>;
    write: () => Promise<unknown>;
    checkpoint: () => Promise<unknown>;
  }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sge-long-reads-"));
  const path = join(folder, "a.db");
  const writer = openConnection(path, "PRAGMA journal_mode = WAL");
  const reads = longReads(path, "PRAGMA query_only = 1", 2_000);
  await writer.executeMultiple("create table t (a integer primary key)");
  try {
    await work({
      reads,
      write: () => writer.batch(["insert into t default values"], "write"),
      checkpoint: async () => (await writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")).rows[0],
    });
  } finally {
    await reads.close();
    await writer.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const count = { sql: "select count(*) as n from t", args: [] };
/** It would run for minutes: only an interrupt ends it. */
const endless = {
  sql: "with recursive n (i) as (select 1 union all select i + 1 from n where i < ?1) select max(i) as n from n",
  args: [100_000_000_000],
};
const turns = async (many: number) => {
  for (let i = 0; i < many; i++) await new Promise((resolve) => setImmediate(resolve));
};
const reasonOf = (read: Promise<unknown>) => read.then(() => "read", String);

test("a long read sees what was committed before it, also after one that was interrupted", () =>
  withReads(async ({ reads, write, checkpoint }) => {
    for (const n of [1, 2, 3]) {
      await write();
      expect(await reads.single(count)).toEqual({ n });
      const stop = new AbortController();
      const read = reasonOf(reads.single(endless, stop.signal));
      await turns(20);
      stop.abort(new Error("left"));
      expect(await read).toBe("Error: left");
    }
    expect(await reads.single(count)).toEqual({ n: 3 });
    // No statement is left open: the log can be emptied.
    expect(await checkpoint()).toMatchObject({ busy: 0 });
  }));

test("a long read is interrupted at any moment: before its start, while it is opened, while it waits for others", () =>
  withReads(async ({ reads }) => {
    const stop = Array.from({ length: 6 }, () => new AbortController());
    stop[0]?.abort(new Error("before"));
    const all = stop.map(({ signal }) => reasonOf(reads.single(endless, signal)));
    expect(reads.figures()).toMatchObject({ running: 2, waiting: 3 });
    stop[1]?.abort(new Error("opening"));
    stop[5]?.abort(new Error("waiting"));
    await turns(20);
    for (const one of stop.slice(2, 5)) one.abort(new Error("running"));
    expect(await Promise.all(all)).toEqual([
      "Error: before",
      "Error: opening",
      "Error: running",
      "Error: running",
      "Error: running",
      "Error: waiting",
    ]);
    expect(await reads.single(count)).toEqual({ n: 0 });
    expect(reads.figures()).toMatchObject({ waiting: 0, interrupted: 5 });
  }));

test("the event loop turns while a long read runs", () =>
  withReads(async ({ reads }) => {
    const stop = new AbortController();
    let ended = false;
    const read = reasonOf(reads.single(endless, stop.signal)).then(() => {
      ended = true;
    });
    await turns(1_000);
    expect(ended).toBe(false);
    stop.abort();
    await read;
  }));

test("a long read refuses to write, and a failed statement is prepared again", () =>
  withReads(async ({ reads }) => {
    const insert = { sql: "insert into t default values returning a", args: [] };
    expect(await reasonOf(reads.single(insert))).toContain("readonly");
    expect(await reasonOf(reads.single(insert))).toContain("readonly");
    expect(await reasonOf(reads.single({ sql: "select nothing", args: [] }))).toContain("nothing");
    expect(await reads.single({ sql: "select 1 as n where 0", args: [] })).toBeUndefined();
    expect(await reads.single(count)).toEqual({ n: 0 });
  }));

test("2,000 long reads wait, and the next is refused as overloaded", () =>
  withReads(async ({ reads }) => {
    const stop = new AbortController();
    const all = Array.from({ length: 2_002 }, () => reasonOf(reads.single(endless, stop.signal)));
    const refused = await reads.single(endless, stop.signal).catch((error: unknown) => error);
    expect(refused).toMatchObject({ failure: { code: "overloaded", what: "reader" } });
    stop.abort(new Error("left"));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["Error: left"]));
  }));

test("closing ends what runs and what waits, and later reads are refused", () =>
  withReads(async ({ reads }) => {
    const all = Array.from({ length: 4 }, () => reasonOf(reads.single(endless)));
    await turns(20);
    await reads.close();
    for (const why of await Promise.all(all)) expect(why).toContain("is being closed");
    expect(await reasonOf(reads.single(count))).toContain("is being closed");
  }));

test("a long read of a database that was removed fails with a code of the storage, and makes no file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-long-reads-"));
  const path = join(folder, "a.db");
  const reads = longReads(path, "PRAGMA query_only = 1", 10);
  try {
    await expect(reads.single({ sql: "select 1", args: [] })).rejects.toMatchObject({
      code: "SQLITE_CANTOPEN",
    });
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await reads.close();
    await rm(folder, { recursive: true, force: true });
  }
});
