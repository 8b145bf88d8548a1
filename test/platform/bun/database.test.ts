import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { notes } from "../../../src/ingest/note/tables.ts";
import { openDatabase, type WriterPlace } from "../../../src/platform/bun/database/database.ts";
import { clientReader } from "../../../src/platform/libsql/reader.ts";
import type { StatementResult } from "../../../src/platform/libsql/rows.ts";

/** A database in a directory that does not exist yet. */
async function opened(where: WriterPlace) {
  const folder = await mkdtemp(join(tmpdir(), "sge-database-"));
  const path = join(folder, "deep", "er", "sge.db");
  const database = await openDatabase(`file:${path}`, undefined, where);
  return {
    path,
    database,
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
const pragma = async (
  connection: { execute(sql: string): Promise<StatementResult> },
  name: string,
) => Object.values((await connection.execute(`PRAGMA ${name}`)).rows[0] ?? {})[0];

describe.each(["here", "thread"] as const)("the writer %s", (where) => {
  const open = () => opened(where);
  test("the writer's commits survive a loss of power: WAL, synchronous FULL", async () => {
    const { database, close } = await open();
    await database.migrate();
    expect(await pragma(database.writing, "journal_mode")).toBe("wal");
    expect(await pragma(database.writing, "synchronous")).toBe(2);
    expect(await pragma(database.writing, "foreign_keys")).toBe(1);
    expect(await pragma(database.writing, "wal_autocheckpoint")).toBe(4_000);
    await close();
  });

  test("the native client never waits for a lock", async () => {
    const { database, close } = await open();
    expect(await pragma(database.writing, "busy_timeout")).toBe(0);
    expect(await pragma(database.reading, "busy_timeout")).toBe(0);
    expect(await pragma(database.drizzleClient, "busy_timeout")).toBe(0);
    await close();
  });

  test("the reading connection refuses to write, through the reader and through drizzle", async () => {
    const { database, close } = await open();
    await database.migrate();
    const insert = "insert into cache_versions (company, tag, version) values (1, 'a', 1)";
    const raw = clientReader(database.reading).rows({ sql: insert, args: [] });
    expect(await raw.catch((error: unknown) => error)).toMatchObject({ code: "SQLITE_READONLY" });
    const built = drizzle(database.drizzleClient).delete(notes);
    expect(await built.then(String, (error: unknown) => error)).toMatchObject({
      cause: { code: "SQLITE_READONLY" },
    });
    expect(await pragma(database.reading, "query_only")).toBe(1);
    expect(await pragma(database.drizzleClient, "query_only")).toBe(1);
    await close();
  });

  test("the reader sees what was committed, while the writer is in the middle of something else", async () => {
    const { database, path, close } = await open();
    await database.writing.batch(["create table t (a)", "insert into t values (1)"], "write");
    const other = createClient({ url: `file:${path}`, concurrency: 1, timeout: 0 });
    const held = await other.transaction("write");
    await held.execute("insert into t values (2)");
    const count = () =>
      clientReader(database.reading).rows({ sql: "select count(*) as n from t", args: [] });
    expect(await count()).toEqual([{ n: 1 }]);
    await held.commit();
    expect(await count()).toEqual([{ n: 2 }]);
    other.close();
    await close();
  });

  test("a reader with an aborted signal does not query the database", async () => {
    const { database, close } = await open();
    const rows = clientReader(database.reading).rows(
      { sql: "select * from no_such_table", args: [] },
      AbortSignal.abort("gone"),
    );
    expect(await rows.catch((reason: unknown) => reason)).toBe("gone");
    await close();
  });

  test("a second migration does nothing, and two concurrent ones migrate once", async () => {
    const { database, path, close } = await open();
    const second = await openDatabase(`file:${path}`);
    await Promise.all([database.migrate(), second.migrate()]);
    await database.migrate();
    const done = await database.reading.execute("select count(*) as n from __drizzle_migrations");
    const files = new Bun.Glob("*.sql").scanSync("migrations");
    expect(done.rows).toEqual([{ n: [...files].length }]);
    await second.close();
    await close();
  });

  test("migrations are found from any directory", async () => {
    const { path, close } = await open();
    const module = new URL("../../../src/platform/bun/database/database.ts", import.meta.url).href;
    const script = `
    const { openDatabase } = await import(${JSON.stringify(module)});
    const database = await openDatabase(${JSON.stringify(`file:${path}`)});
    await database.migrate();
    await database.close();`;
    const child = Bun.spawn([process.execPath, "-e", script], { cwd: tmpdir(), stderr: "pipe" });
    expect([await child.exited, await child.stderr.text()]).toEqual([0, ""]);
    await close();
  });

  test("closing folds the write-ahead log into the file", async () => {
    const { database, path, close } = await open();
    await database.migrate();
    expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
    await database.close();
    expect((await stat(`${path}-wal`).catch(() => ({ size: 0 }))).size).toBe(0);
    await close();
  });

  test("a connection that met a lock writes as soon as the lock is gone, with its pragmas", async () => {
    const { database, path, close } = await open();
    await database.writing.execute("create table t (a)");
    const other = createClient({ url: `file:${path}`, concurrency: 1, timeout: 0 });
    const held = await other.transaction("write");
    const batch = () => database.writing.batch(["insert into t values (1)"], "write");
    for (let n = 0; n < 5; n += 1)
      expect(await batch().catch((error: unknown) => error)).toMatchObject({ code: "SQLITE_BUSY" });
    await held.rollback();
    expect(await batch()).toHaveLength(1);
    expect(await pragma(database.writing, "synchronous")).toBe(2);
    other.close();
    await close();
  });

  test("an insert that met a lock leaves no transaction: the next write of its connection is durable", async () => {
    const { database, path, close } = await open();
    await database.writing.execute("create table t (a integer primary key)");
    const other = createClient({ url: `file:${path}`, concurrency: 1, timeout: 0 });
    const held = await other.transaction("write");
    const put = (a: number) =>
      database.writing.execute({ sql: "insert into t (a) values (?1)", args: [a] });
    expect(await put(1).catch((error: unknown) => error)).toMatchObject({ code: "SQLITE_BUSY" });
    await held.rollback();
    await put(2);
    await put(3);
    await database.close();
    expect((await other.execute("select a from t")).rows.map(({ a }) => a)).toEqual([2, 3]);
    other.close();
    await close();
  });

  test("a failed statement holds no lock: the next batch of its connection is written and visible", async () => {
    const { database, close } = await open();
    await database.writing.executeMultiple(
      "create table t (a integer primary key, b text unique) strict",
    );
    const put = { sql: "insert into t (b) values (?1) returning a", args: ["x"] };
    expect(await database.writing.batch([put], "write")).toEqual([{ rows: [{ a: 1 }] }]);
    const again = database.writing.batch([{ ...put, args: ["y"] }, put], "write");
    expect(await again.catch((error: unknown) => error)).toMatchObject({
      code: expect.stringMatching(/^SQLITE_CONSTRAINT/),
    });
    expect(await database.writing.batch([{ ...put, args: ["z"] }], "write")).toHaveLength(1);
    const seen = clientReader(database.reading).rows({
      sql: "select b from t order by a",
      args: [],
    });
    expect(await seen).toEqual([{ b: "x" }, { b: "z" }]);
    await close();
  });

  test("blobs, texts, integers and nulls are read as written; an integer that is not exact is refused", async () => {
    const { database, close } = await open();
    const reader = clientReader(database.reading);
    const args = [new Uint8Array([0, 255]), "é", Number.MAX_SAFE_INTEGER, null, -0.5];
    const sql = "select ?1 as a, ?2 as b, ?3 as c, ?4 as d, ?5 as e";
    expect(await reader.rows({ sql, args })).toEqual([
      { a: new Uint8Array([0, 255]), b: "é", c: Number.MAX_SAFE_INTEGER, d: null, e: -0.5 },
    ]);
    const over = reader.rows({ sql: "select ?1 + 1 as n", args: [Number.MAX_SAFE_INTEGER] });
    expect(await over.catch((error: unknown) => error)).toBeInstanceOf(RangeError);
    await close();
  });

  test("more statements than the cache holds, and one of a hundred rows, leave no open snapshot", async () => {
    const { database, close } = await open();
    await database.writing.executeMultiple("create table t (a integer primary key) strict");
    const reader = clientReader(database.reading);
    for (let n = 1; n <= 400; n += 1) {
      await database.writing.batch([{ sql: `insert into t values (${n})`, args: [] }], "write");
      const rows = await reader.rows({ sql: `select a, ${n} from t limit 100`, args: [] });
      expect(rows).toHaveLength(Math.min(n, 100));
    }
    expect(await reader.rows({ sql: "select count(*) as n from t", args: [] })).toEqual([
      { n: 400 },
    ]);
    await close();
  });
});
