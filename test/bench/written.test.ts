import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { emptyFolder } from "../../bench/folder.ts";
import { bytesByTable, pagesIn, snapshotOf, writtenSince } from "../../bench/written.ts";
import { NoteStream } from "../../src/synthetic/note-stream.ts";
import { withApp } from "../support/app.ts";

test("new and changed rows count, and the entries of the indexes that they stand in", () => {
  using database = new Database(":memory:");
  database.run(`create table a (id integer primary key, b text, c integer) strict;
    create index a_by_b on a (b); create index a_with_c on a (b) where c > 0;
    create table w (k text, v text, primary key (k)) without rowid; create unique index w_by_v on w (v);
    insert into a values (1, 'x', 0), (2, 'y', 1); insert into w values ('k', 'v');`);
  const before = snapshotOf(database);
  expect(writtenSince(before, database)).toEqual([]);
  database.run(`update a set c = 5 where id = 1; insert into a values (3, 'z', 0);
    update w set v = 'u'; delete from a where id = 2`);
  const byName = (one: { table: string }, other: { table: string }) =>
    one.table.localeCompare(other.table);
  expect(writtenSince(before, database).sort(byName)).toEqual([
    { table: "a", rows: 2, entries: 2 },
    { table: "w", rows: 1, entries: 1 },
  ]);
});

test("the pages of the log are those that were written, by their table, also after it was begun again", async () => {
  await using folder = await emptyFolder();
  const path = join(folder.path, "a.db");
  using database = new Database(path);
  database.run(`pragma journal_mode = wal; create table a (b text); create index a_by_b on a (b);
    create table c (d text); create table a_numbers (n integer); insert into a_numbers values (1), (2), (3), (4)`);
  const log = `${path}-wal`;
  database.run("insert into c select hex(randomblob(2000)) from a_numbers");
  database.run("pragma wal_checkpoint");
  database.run("insert into a_numbers values (5)");
  const inLog = async () => pagesIn(await Bun.file(log).bytes(), 4_096);
  const from = (await inLog()).length;
  database.run("insert into a values ('x')");
  database.run("insert into c values ('y')");
  // A page of the table and one of its index; then the one of the other table.
  expect(bytesByTable(database, (await inLog()).slice(from))).toEqual(
    new Map([
      ["a", 2 * 4_120],
      ["c", 4_120],
    ]),
  );
});

test("an approved note of ten known items writes no row or index entry that it did not write before", () =>
  withApp(async (service) => {
    const notes = new NoteStream({ items: 10 });
    const send = async () =>
      expect((await service.upload(notes.next().xml, "?approve=true")).body).toMatchObject({
        status: "PROCESSADA",
      });
    await send();
    service.ports.clock.advance(60_000);
    using database = new Database(service.ports.config.DATABASE_URL.replace("file:", ""), {
      readonly: true,
    });
    const before = snapshotOf(database);
    await send();
    const written = writtenSince(before, database);
    const sum = (of: (one: (typeof written)[number]) => number) =>
      written.reduce((all, one) => all + of(one), 0);
    // Ten each of movements, balances and items of notes; with the count of commits one row more (docs/benchmarks.md, T18).
    expect([sum(({ rows }) => rows), sum(({ entries }) => entries)]).toEqual([39, 23]);
  }));
