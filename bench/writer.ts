import { Database as Sqlite } from "bun:sqlite";
import { join } from "node:path";
import { parseConfig } from "../src/config.ts";
import { openDatabase } from "../src/platform/bun/database/database.ts";
import { groupWriter } from "../src/platform/libsql/group-writer.ts";
import { ratios, spread, table, targetTable } from "./figures.ts";
import { emptyFolder } from "./folder.ts";

/**
 * T7: invoices a second (1 note, 10 items, 10 movements, 10 balances) through the group writer of the service (synchronous FULL,
 * 64 callers, groups of COMMIT_GROUP) against bun:sqlite with prepared statements and one commit per invoice (synchronous
 * NORMAL). Same tables, each run in a new file; pairs run one after the other; the result is the median of their ratios.
 * bun bench/writer.ts [invoices per run = 2000] [pairs = 7]
 */
const [invoices = 2_000, pairs = 7] = process.argv.slice(2).map(Number);
const ITEMS = 10;
const CALLERS = 64;

interface Invoice {
  readonly key: string;
  readonly items: readonly { n: number; code: string; q: number; v: number; ref: string }[];
}

const products = Array.from({ length: 3_000 }, (_, n) => `P${n}`);
const invoice = (n: number): Invoice => {
  const key = String(n).padStart(44, "0");
  const items = Array.from({ length: ITEMS }, (_, i) => ({
    n: i + 1,
    code: products[(n * 7 + i * 11) % products.length] ?? "P0",
    q: 10_000 * (i + 1),
    v: 1_250 + i,
    ref: `${key}#${i + 1}@p`,
  }));
  return { key, items };
};

const TABLES = `
  create table notes (id integer primary key, company integer not null, access_key text not null, status text not null,
    issued_ms integer not null, supplier text not null, total_e2 integer not null, holds text not null) strict;
  create unique index notes_once on notes (company, access_key);
  create index notes_by_issue on notes (company, issued_ms);
  create table note_items (note integer not null, n_item integer not null, code text not null, name text not null,
    unit text not null, quantity_e4 integer not null, total_e2 integer not null, primary key (note, n_item)) strict, without rowid;
  create table movements (id integer primary key autoincrement, company integer not null, product text not null,
    quantity_e4 integer not null, cost_e2 integer, origin_ref text not null, posting text not null, created_at integer not null)
    strict;
  create unique index movements_once on movements (company, origin_ref);
  create index movements_by_product on movements (company, product, created_at);
  create table balances (company integer not null, product text not null, quantity_e4 integer not null,
    primary key (company, product)) strict, without rowid;`;
const NOTE = `insert into notes (company, access_key, status, issued_ms, supplier, total_e2, holds)
  values (1, ?1, 'PROCESSADA', 0, '00000000000191', 12345, '[]')`;
const MOVEMENT =
  "movements (company, product, quantity_e4, cost_e2, origin_ref, posting, created_at)";
const ADD = "on conflict do update set quantity_e4 = quantity_e4 + excluded.quantity_e4";

/** Many rows as one JSON parameter, as the service writes them. */
const statementsOf = ({ key, items }: Invoice) => {
  const json = JSON.stringify(items);
  return [
    { sql: NOTE, args: [key] },
    {
      sql: `insert into note_items select (select id from notes where company = 1 and access_key = ?1), j.value ->> 'n',
        j.value ->> 'code', 'Nome', 'UN', j.value ->> 'q', j.value ->> 'v' from json_each(?2) as j`,
      args: [key, json],
    },
    {
      sql: `insert into ${MOVEMENT} select 1, j.value ->> 'code', j.value ->> 'q', j.value ->> 'v', j.value ->> 'ref', ?1, 0
        from json_each(?2) as j`,
      args: [key, json],
    },
    {
      sql: `insert into balances select 1, j.value ->> 'code', j.value ->> 'q' from json_each(?1) as j where true ${ADD}`,
      args: [json],
    },
  ];
};

async function ours(url: string): Promise<number> {
  const database = await openDatabase(url);
  const writer = groupWriter(database.writing, {
    group: parseConfig({}).COMMIT_GROUP,
    queue: invoices,
    waitMs: 5_000,
    yieldToEventLoop: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const start = performance.now();
  let next = 0;
  const caller = async () => {
    for (let n = next++; n < invoices; n = next++)
      await writer.commit({ statements: statementsOf(invoice(n)), read: () => null });
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - start) / 1_000;
  await database.close();
  return invoices / seconds;
}

function theirs(path: string): number {
  const database = new Sqlite(path);
  database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = NORMAL");
  database.run("PRAGMA foreign_keys = ON");
  const note = database.prepare(NOTE);
  const item = database.prepare("insert into note_items values (?1, ?2, ?3, 'Nome', 'UN', ?4, ?5)");
  const movement = database.prepare(`insert into ${MOVEMENT} values (1, ?1, ?2, ?3, ?4, ?5, 0)`);
  const balance = database.prepare(`insert into balances values (1, ?1, ?2) ${ADD}`);
  const write = database.transaction(({ key, items }: Invoice) => {
    const { lastInsertRowid } = note.run(key);
    for (const { n, code, q, v, ref } of items) {
      item.run(lastInsertRowid, n, code, q, v);
      movement.run(code, q, v, ref, key);
      balance.run(code, q);
    }
  });
  const start = performance.now();
  for (let n = 0; n < invoices; n += 1) write.immediate(invoice(n));
  const seconds = (performance.now() - start) / 1_000;
  database.close();
  return invoices / seconds;
}

/** Calls `use` with a database file that has the tables, and removes it afterwards. */
async function fresh(use: (path: string) => number | Promise<number>): Promise<number> {
  await using folder = await emptyFolder();
  const path = join(folder.path, "bench.db");
  const database = await openDatabase(`file:${path}`);
  await database.writing.executeMultiple(TABLES);
  await database.close();
  return await use(path);
}

const grouped: number[] = [];
const single: number[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  grouped.push(await fresh((path) => ours(`file:${path}`)));
  single.push(await fresh(theirs));
}
console.log(
  table(
    [`${invoices.toLocaleString("en")} invoices a run, ${pairs} pairs`, "invoices/s"],
    [
      [`groups of ${parseConfig({}).COMMIT_GROUP}, FULL`, spread(grouped)],
      ["bun:sqlite, one commit each, NORMAL", spread(single)],
    ],
  ),
);
console.log("");
console.log(
  targetTable([
    {
      id: "T7",
      what: "invoices/s in groups / bun:sqlite one by one",
      values: ratios(grouped, single),
      bound: "≥",
      must: 1.5,
      stretch: 1.8,
    },
  ]),
);
