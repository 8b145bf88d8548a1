import { expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { blob, integer, sqliteTable } from "drizzle-orm/sqlite-core";
import {
  batchRemotely,
  type Exchange,
  executeRemotely,
  pipelineOf,
} from "../../../src/platform/libsql/hrana.ts";
import { drizzleReads } from "../../../src/platform/libsql/reader.ts";
import { remoteDatabase } from "../../../src/platform/libsql/remote-database.ts";
import { libsqlServer } from "../../support/sqld.ts";

async function started() {
  const sqld = await libsqlServer();
  const url = `http://127.0.0.1:${sqld.port}`;
  const { reading, writing, drizzleClient, close } = remoteDatabase(url, undefined, {
    canProbe: false,
    canQueue: true,
  });
  return {
    drizzle: drizzleReads(drizzleClient),
    read: async (sql: string, args: (string | number | null | Uint8Array)[] = []) =>
      (await reading.execute({ sql, args })).rows,
    write: (...statements: Parameters<typeof writing.batch>[0]) =>
      writing.batch(statements, "write"),
    async [Symbol.asyncDispose]() {
      close();
      await sqld[Symbol.asyncDispose]();
    },
  };
}

test("values come back from a libSQL server as they were sent", async () => {
  await using database = await started();
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  const texts = ['a "quoted" \\ line\n', "não, 😀 e \u0000 no meio", ""];
  const args = [...texts, 9_007_199_254_740_991, -1, 0.5, null, bytes, new Uint8Array(0)];
  await database.write(
    "create table things (a text, b text, c text, d integer, e integer, f real, g text, h blob, i blob) strict",
    { sql: "insert into things values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", args },
  );
  expect((await database.read("select * from things")).map((row) => Object.values(row))).toEqual([
    args,
  ]);
});

test("drizzle reads columns of two tables that have one name", async () => {
  await using database = await started();
  const first = sqliteTable("first", { id: integer("id") });
  const second = sqliteTable("second", { id: integer("id"), bytes: blob("bytes") });
  await database.write(
    "create table first (id integer) strict",
    "create table second (id integer, bytes blob) strict",
    "insert into first values (1)",
    "insert into second values (2, x'01ff')",
  );
  const rows = await database.drizzle
    .select({ a: first.id, b: second.id, bytes: second.bytes })
    .from(first)
    .innerJoin(second, eq(second.id, 2));
  expect(rows).toEqual([{ a: 1, b: 2, bytes: Buffer.from([1, 255]) }]);
});

test("an integer that a number does not hold is an error", async () => {
  await using database = await started();
  const late = database.read("select 9007199254740993 as many");
  await expect(late).rejects.toThrow(RangeError);
});

test("a batch whose statement fails writes nothing, and says the code and the constraint", async () => {
  await using database = await started();
  await database.write("create table things (id integer primary key, name text not null) strict");
  const insert = (name: string | null) => ({
    sql: "insert into things (name) values (?1) returning id",
    args: [name],
  });
  const [first] = await database.write(insert("um"));
  expect(first?.rows).toEqual([{ id: 1 }]);
  await expect(database.write(insert("dois"), insert(null))).rejects.toMatchObject({
    code: "SQLITE_CONSTRAINT",
    message: expect.stringContaining("NOT NULL constraint failed: things.name"),
  });
  await expect(database.write(insert("três"), "insert into absent values (1)")).rejects.toThrow(
    "no such table: absent",
  );
  expect(await database.read("select count(*) n from things")).toEqual([{ n: 1 }]);
});

test("a text that stands more than once in a batch is sent once, and the rows are those of each statement", async () => {
  await using database = await started();
  const insert = (n: number) => ({ sql: "insert into things values (?1) returning n", args: [n] });
  const statements = ["create table things (n integer) strict", insert(1), insert(2), insert(3)];
  expect((await database.write(...statements)).map(({ rows }) => rows)).toEqual([
    [],
    [{ n: 1 }],
    [{ n: 2 }],
    [{ n: 3 }],
  ]);
  let sent = "";
  const nowhere: Exchange = async (body) => {
    sent = body;
    return { status: 429, json: null };
  };
  await expect(batchRemotely(statements, nowhere)).rejects.toMatchObject({ code: "SERVER_ERROR" });
  expect(sent.split("insert into things").length - 1).toBe(1);
});

test("a batch may repeat more texts than the server stores, and longer ones", async () => {
  await using database = await started();
  await database.write("create table things (n integer) strict");
  for (const length of [10, 4_000, 4_090, 4_990, 20_000]) {
    const inserts = Array.from({ length: 120 }, (_, n) => ({
      sql: `insert into things values (?1) /* ${n % 60} ${"x".repeat(length)} */`,
      args: [n],
    }));
    await database.write(...inserts);
  }
  expect(await database.read("select count(*) as count, sum(n) as sum from things")).toEqual([
    { count: 5 * 120, sum: (5 * 119 * 120) / 2 },
  ]);
});

test("an answer that is no Hrana is an error", async () => {
  const says =
    (json: unknown): Exchange =>
    async () => ({ status: 200, json });
  const odd = [null, {}, { results: [] }, { results: [{ type: "new" }, { type: "ok" }] }];
  for (const json of odd)
    await expect(executeRemotely("select 1", says(json))).rejects.toMatchObject({
      code: "HRANA_PROTO_ERROR",
    });
});

test("the address of a database is that of its pipelines", () => {
  const to = (url: string, token?: string) => {
    const { url: at, headers } = pipelineOf(url, token);
    return [at, headers.authorization];
  };
  expect(to("libsql://sge-loja.turso.io", "T")).toEqual([
    "https://sge-loja.turso.io/v2/pipeline",
    "Bearer T",
  ]);
  expect(to("http://127.0.0.1:8080")).toEqual(["http://127.0.0.1:8080/v2/pipeline", undefined]);
  expect(to("https://host/dev/loja/")).toEqual(["https://host/dev/loja/v2/pipeline", undefined]);
  expect(to("libsql://host:8080?tls=0&authToken=U", "T")).toEqual([
    "http://host:8080/v2/pipeline",
    "Bearer U",
  ]);
  expect(() => to("wss://host")).toThrow("no Hrana by HTTP at wss:");
});
