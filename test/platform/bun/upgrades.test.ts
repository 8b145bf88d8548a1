import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFile, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verify } from "../../../src/cli/database/verify.ts";
import { type Database, openDatabase } from "../../../src/platform/bun/database/database.ts";
import {
  migrationsOf,
  pendingOf,
  SchemaRefused,
} from "../../../src/platform/bun/database/migrations.ts";
import {
  copyBeforeUpgrade,
  PREVIOUS_KEPT,
  previousDatabases,
  removeOldPrevious,
} from "../../../src/platform/bun/database/previous-databases.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-upgrades-"));
  path = join(folder, "sge.db");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(`file:${path}`);
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

/** A database as an earlier version left it: with the first `count` migrations. */
async function ofVersion(count: number): Promise<void> {
  await withDatabase(async (database) => {
    await database.writing.executeMultiple(
      "create table __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)",
    );
    for (const { statements, hash, when } of (await migrationsOf()).slice(0, count)) {
      for (const sql of statements) await database.writing.executeMultiple(sql);
      await database.writing.execute({
        sql: "insert into __drizzle_migrations (hash, created_at) values (?1, ?2)",
        args: [hash, when],
      });
    }
  });
}

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "it was not refused",
    (error: unknown) => (error instanceof SchemaRefused ? error.message : String(error)),
  );

test("the migrations of this program are sorted by their timestamps, which are unique", async () => {
  const times = (await migrationsOf()).map(({ when }) => when);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
});

/** What may be wrong with a database's migrations, made by one statement on a current one, and the words that name it. */
const WRONG: readonly (readonly [what: string, sql: string, says: RegExp])[] = [
  [
    "migrated by a newer program",
    "insert into __drizzle_migrations (hash, created_at) values ('0', 9999999999999)",
    /versão mais nova do programa.*restaure uma cópia feita antes da atualização/,
  ],
  [
    "with a migration of another text",
    "update __drizzle_migrations set hash = 'abcdef' where created_at = 1795449600003",
    /^A migração 0003_sums_of_the_ledger .*abcdef.*use a versão do programa que fez o banco/,
  ],
  [
    "with a migration of another program",
    "insert into __drizzle_migrations (hash, created_at) values ('0', 7)",
    /não é deste programa: confira DATABASE_URL/,
  ],
  [
    "without a migration in the middle",
    "delete from __drizzle_migrations where created_at = 1795449600002",
    /Falta ao banco de dados a migração 0002_api_keys/,
  ],
];

for (const [what, sql, says] of WRONG)
  test(`a database ${what} is refused by a start, by verify and by a read, and nothing is written`, async () => {
    await withDatabase(async (database) => {
      await database.migrate();
      await database.writing.execute(sql);
    });
    const all = (database: Database) =>
      database.reading.execute("select * from __drizzle_migrations order by created_at");
    const before = await withDatabase(all);
    expect(await withDatabase((database) => refusal(database.migrate("copy")))).toMatch(says);
    expect(await withDatabase((database) => refusal(database.mustBeCurrent()))).toMatch(says);
    const where = {
      DATABASE_URL: `file:${path}`,
      DATABASE_AUTH_TOKEN: undefined,
      DATA_DIR: folder,
    };
    expect(await refusal(verify(where, () => undefined))).toMatch(says);
    expect(await withDatabase(all)).toEqual(before);
    expect(await previousDatabases(path)).toEqual([]);
  });

test("an upgrade copies the database, runs each missing migration, and logs its name and time", async () => {
  const known = await migrationsOf();
  await ofVersion(known.length - 2);
  const done = await withDatabase((database) => database.migrate("copy"));
  expect(done.migrations.map(({ tag }) => tag)).toEqual(known.slice(-2).map(({ tag }) => tag));
  for (const { ms } of done.migrations) expect(ms).toBeGreaterThanOrEqual(0);
  expect(await previousDatabases(path)).toEqual([done.copy ?? ""]);
  const copy = await openDatabase(`file:${done.copy}`);
  const { rows } = await copy.reading.execute("select count(*) as n from __drizzle_migrations");
  await copy.close();
  expect(rows).toEqual([{ n: known.length - 2 }]);
  await withDatabase((database) => database.mustBeCurrent());
});

test("a new or current database is not copied", async () => {
  expect(await withDatabase((database) => database.migrate("copy"))).toMatchObject({ copy: null });
  expect(await withDatabase((database) => database.migrate("copy"))).toEqual({
    migrations: [],
    copy: null,
    noRoom: false,
  });
  expect(await previousDatabases(path)).toEqual([]);
});

test("a command that only reads refuses an older or empty database, and changes neither", async () => {
  expect(await withDatabase((database) => refusal(database.mustBeCurrent()))).toContain("vazio");
  await ofVersion(3);
  expect(await withDatabase((database) => refusal(database.mustBeCurrent()))).toMatch(
    /versão anterior do programa \(faltam \d+ migrações\)/,
  );
  const { rows } = await withDatabase((database) =>
    database.reading.execute("select count(*) as n from __drizzle_migrations"),
  );
  expect(rows).toEqual([{ n: 3 }]);
});

test("a migration that two processes begin is applied once, also one that only changes rows", async () => {
  const known = await migrationsOf();
  await ofVersion(known.length - 1);
  const open = () => openDatabase(`file:${path}`);
  const both = await Promise.all([open(), open()]);
  const done = await Promise.all(both.map((database) => database.migrate()));
  expect(done.flatMap(({ migrations }) => migrations)).toHaveLength(1);
  for (const database of both) await database.close();
});

test("only the newest previous databases are kept, and no other file is removed", async () => {
  await withDatabase((database) => database.migrate());
  const names = [1, 2, 3, 4, 5].map((day) => `sge.db.antes-sge-2026110${day}T120000Z`);
  for (const name of names) await copyFile(path, join(folder, name));
  await writeFile(join(folder, `${names[0]}-wal`), "");
  const others = ["sge.db.antes-ontem", "other.db.antes-sge-20261101T120000Z", "sge.db-wal.copia"];
  for (const name of others) await writeFile(join(folder, name), "");
  const removed = await removeOldPrevious(path);
  expect(removed).toEqual(names.slice(0, 2).map((name) => join(folder, name)));
  const left = await readdir(folder);
  expect(left).toEqual(expect.arrayContaining([...names.slice(-PREVIOUS_KEPT), ...others]));
  expect(left.filter((name) => name.startsWith(names[0] ?? ""))).toEqual([]);
  const copy = await copyBeforeUpgrade(path, new Date("2026-11-28T12:00:00Z"));
  expect((await previousDatabases(path)).at(-1)).toBe(copy ?? "");
  expect(await previousDatabases(path)).toHaveLength(PREVIOUS_KEPT);
  expect((await stat(copy ?? "")).size).toBeGreaterThan(0);
});

test("the remains of a killed copy are removed by the next copy", async () => {
  await withDatabase((database) => database.migrate());
  const dead = "sge.db.antes-sge-20261101T120000Z.4194303.parcial";
  const alive = `sge.db.antes-sge-20261101T120000Z.${process.ppid}.parcial`;
  for (const name of [dead, `${dead}-journal`, alive]) await writeFile(join(folder, name), "");
  await copyBeforeUpgrade(path, new Date("2026-11-28T12:00:00Z"));
  const left = (await readdir(folder)).filter((name) => name.includes("parcial"));
  expect(left).toEqual([alive]);
});

test("the pending migrations are exactly those that were not applied", () => {
  const known = [1, 2, 3].map((when) => ({
    tag: `t${when}`,
    when,
    hash: `${when}`,
    statements: [],
  }));
  const applied = known.map(({ when, hash }) => ({ when, hash }));
  for (let n = 0; n <= 3; n += 1)
    expect(pendingOf(known, applied.slice(0, n)).map(({ when }) => when)).toEqual(
      known.slice(n).map(({ when }) => when),
    );
});
