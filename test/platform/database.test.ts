import { expect, test } from "bun:test";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { notes } from "../../src/ingest/tables.ts";
import { openDatabase } from "../../src/platform/bun/database.ts";
import { clientReader } from "../../src/platform/reader.ts";

/** A database in a directory that does not exist yet. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), "sge-database-"));
  const path = join(folder, "deep", "er", "sge.db");
  const database = await openDatabase(`file:${path}`);
  return {
    path,
    database,
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
const pragma = async (client: Client, name: string) =>
  (await client.execute(`PRAGMA ${name}`)).rows[0]?.[0];

test("what the writer has committed survives a loss of power: WAL, synchronous FULL, one connection", async () => {
  const { database, close } = await open();
  await database.migrate();
  expect(await pragma(database.writing, "journal_mode")).toBe("wal");
  expect(await pragma(database.writing, "synchronous")).toBe(2);
  expect(await pragma(database.writing, "foreign_keys")).toBe(1);
  const held = await database.writing.transaction("write");
  // With a second connection this would be given, and would lack the pragmas.
  const other = await database.writing.execute("select 1").catch((error: unknown) => error);
  expect(other).toMatchObject({ code: "TRANSACTION_ACTIVE" });
  await held.rollback();
  await close();
});

test("no wait for a lock happens in the native client", async () => {
  const { database, close } = await open();
  expect(await pragma(database.writing, "busy_timeout")).toBe(0);
  expect(await pragma(database.reading, "busy_timeout")).toBe(0);
  await close();
});

test("the reading connection refuses to write, through the reader and through drizzle", async () => {
  const { database, close } = await open();
  await database.migrate();
  const insert = "insert into cache_versions (company, tag, version) values (1, 'a', 1)";
  const raw = clientReader(database.reading).rows({ sql: insert, args: [] });
  expect(await raw.catch((error: unknown) => error)).toMatchObject({ code: "SQLITE_READONLY" });
  const built = drizzle(database.reading).delete(notes);
  expect(await built.then(String, (error: unknown) => error)).toMatchObject({
    cause: { code: "SQLITE_READONLY" },
  });
  expect(await pragma(database.reading, "query_only")).toBe(1);
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

test("a reader whose caller has left does not ask the database", async () => {
  const { database, close } = await open();
  const rows = clientReader(database.reading).rows(
    { sql: "select * from no_such_table", args: [] },
    AbortSignal.abort("gone"),
  );
  expect(await rows.catch((reason: unknown) => reason)).toBe("gone");
  await close();
});

test("migrating twice does nothing the second time, and two that start together migrate once", async () => {
  const { database, path, close } = await open();
  const second = await openDatabase(`file:${path}`);
  await Promise.all([database.migrate(), second.migrate()]);
  await database.migrate();
  const done = await database.reading.execute("select count(*) as n from __drizzle_migrations");
  const files = new Bun.Glob("*.sql").scanSync("migrations");
  expect(done.rows[0]?.n).toBe([...files].length);
  await second.close();
  await close();
});

test("migrations are found from any directory", async () => {
  const { path, close } = await open();
  const module = new URL("../../src/platform/bun/database.ts", import.meta.url).href;
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

test("a connection that met a lock in the middle of a batch is replaced, with its pragmas", async () => {
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
