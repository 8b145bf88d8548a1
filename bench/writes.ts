import { Database as Sqlite } from "bun:sqlite";
import { figure, table, targetTable } from "./figures.ts";
import { load } from "./load.ts";
import { type Service, startService } from "./server.ts";
import { fillShop } from "./shop.ts";
import { bytesByTable, pagesIn, snapshotOf, writtenSince } from "./written.ts";

/**
 * T18: what an approved note of 10 known items writes, by table: rows (new and changed) and index entries of one upload, and the
 * bytes of the write-ahead log for each upload of a load, on 64 connections, on a database of some size.
 * bun bench/writes.ts [notes in the database = 100000] [seconds = 5]
 */
const [notes = 100_000, seconds = 5] = process.argv.slice(2).map(Number);
/** Of the 5,000 products of the uploads each comes once in 500 of them. */
const FIRST_UPLOADS = 520;

const upload = (service: Service, requests: number) =>
  load({
    url: service.url,
    connections: Math.min(64, requests),
    seconds: 120,
    requests,
    next: () => service.upload(),
  });

/** Rows and entries of one upload. */
async function rowsOfOneUpload() {
  await using service = await startService();
  await upload(service, FIRST_UPLOADS);
  const database = new Sqlite(service.database, { readonly: true });
  const before = snapshotOf(database);
  await upload(service, 1);
  const written = writtenSince(before, database);
  database.close();
  return written;
}

/** Bytes of the log for each upload of a load, by table. */
async function logOfLoad() {
  await using service = await startService();
  await fillShop(service.database, notes * 10, Math.max(1_000, notes / 5));
  await upload(service, FIRST_UPLOADS);
  const path = `${service.database}-wal`;
  const database = new Sqlite(service.database, { readonly: true });
  // A reader of what stands in the log keeps it from beginning again; where all of it is in the database already, it keeps nothing.
  await upload(service, 1);
  database.run("begin");
  database.query("select commits from installation").get();
  const inLog = async () => {
    const bytes = await Bun.file(path).bytes();
    return { salts: bytes.slice(16, 24).toHex(), pages: pagesIn(bytes, 4_096) };
  };
  const first = await inLog();
  let uploads = 0;
  await load({
    url: service.url,
    connections: 64,
    seconds,
    next: () => service.upload(),
    acknowledged: () => {
      uploads += 1;
    },
  });
  const last = await inLog();
  if (last.salts !== first.salts) throw new Error("the log began again: run it once more");
  const pages = last.pages.slice(first.pages.length);
  database.run("commit");
  const bytes = bytesByTable(database, pages);
  database.close();
  return { uploads, bytes };
}

const written = await rowsOfOneUpload();
const { uploads, bytes } = await logOfLoad();
const kilobytes = (name: string) => (bytes.get(name) ?? 0) / uploads / 1_024;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const names = [...new Set([...written.map((one) => one.table), ...bytes.keys()])];
const found = names
  .map((name) => {
    const { rows = 0, entries = 0 } = written.find((one) => one.table === name) ?? {};
    return { name, rows, entries, log: kilobytes(name) };
  })
  .toSorted((a, b) => b.log - a.log);
const total = {
  name: "all",
  rows: sum(found.map(({ rows }) => rows)),
  entries: sum(found.map(({ entries }) => entries)),
  log: sum(found.map(({ log }) => log)),
};
console.log(
  `${notes.toLocaleString("en")} notes and ${(notes * 10).toLocaleString("en")} movements before ${uploads.toLocaleString("en")} uploads on 64 connections\n`,
);
console.log(
  table(
    ["table", "rows", "index entries", "KB of the log an upload"],
    [...found, total].map(({ name, rows, entries, log }) => [
      name,
      String(rows),
      String(entries),
      figure(log),
    ]),
  ),
);
console.log("");
const most = { bound: "≤", id: "T18" } as const;
console.log(
  targetTable([
    { ...most, what: "rows of a note of 10 items", values: [total.rows], must: 40, stretch: 30 },
    { ...most, what: "index entries of it", values: [total.entries], must: 25, stretch: 15 },
    { ...most, what: "KB of the log of it", values: [total.log], must: 35, stretch: 25 },
  ]),
);
