import { join } from "node:path";
import { pages } from "../src/export/pages.ts";
import { sheet } from "../src/export/sheet.ts";
import { INVENTORY, inventoryKeyset } from "../src/export/sheets/inventory.ts";
import { type Database, openDatabase } from "../src/platform/bun/database/database.ts";
import { migrationsOf } from "../src/platform/bun/database/migrations.ts";
import { clientReader } from "../src/platform/libsql/reader.ts";
import { kardexPage } from "../src/stock/reports/kardex.ts";
import { lastKnown, type Moment, stockAt } from "../src/stock/reports/stock-at.ts";
import { figure, median, table, targetTable } from "./figures.ts";
import { emptyFolder } from "./folder.ts";

/**
 * What grows with the ledger: the migration that values an old one, a page of the kardex, the stock as of an instant and as it was
 * known, and an inventory as CSV, in ledgers of several sizes with 50 movements a product, one product with 50 times as many.
 * The functions of the service are called in this process, on the files of a ledger that the service's migrations have valued.
 * bun bench/growth.ts [times = 15] [movements = 5000 10000 100000 1000000]
 */
const [times = 15, ...given] = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [5_000, 10_000, 100_000, 1_000_000];
const VALUING_MIGRATION = "0014_value_of_the_stock";
const BUSY_PRODUCT = "000001";
const DAY = 86_400_000;
const LEDGER_START = Date.UTC(2024, 10, 1);

/** Migrations up to the one that values the ledger. */
async function olderTables({ writing }: Database): Promise<void> {
  await writing.executeMultiple(`PRAGMA synchronous = OFF;
    create table __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`);
  for (const { tag, when, hash, statements } of await migrationsOf()) {
    if (tag >= VALUING_MIGRATION) break;
    await writing.executeMultiple(statements.join(";\n"));
    await writing.execute({
      sql: "insert into __drizzle_migrations (hash, created_at) values (?1, ?2)",
      args: [hash, when],
    });
  }
}

/** Two years of trade: ten lines a posting, a fifth of them exits; every fiftieth line is of the busy product. */
async function fill({ writing }: Database, movements: number): Promise<void> {
  const products = movements / 50;
  const numbers =
    "with recursive n(i) as (select cast(?1 as integer) + 1 union all select i + 1 from n where i < ?2)";
  await writing.execute(`insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
      require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
    select 1, 'a', '[]', 'production', 'America/Sao_Paulo', 0, '[]', 0, 0, 1, 1, 0, 0
    where not exists (select 1 from companies)`);
  await writing.execute({
    sql: `${numbers} insert into products (company, code, name, unit, ncm, created_at, updated_at)
      select 1, printf('%06d', i), 'Parafuso sextavado nº ' || i, 'UN', '73181500', 0, 0 from n`,
    args: [0, products],
  });
  const apart = Math.floor((730 * DAY) / (movements / 10));
  for (let from = 0; from < movements; from += 50_000)
    await writing.execute({
      sql: `${numbers} insert into movements (company, product, type, quantity_e4, cost_e2, origin, origin_ref, reference, posting,
          user_id, created_at)
        select 1, iif(i % 50 = 0, '${BUSY_PRODUCT}', printf('%06d', 1 + (i * 7919) % ${products})), iif(i % 5 = 0, 'SAIDA', 'ENTRADA'),
          iif(i % 5 = 0, -1, 1) * (i % 1000 + 1) * 1250, iif(i % 5 = 0, null, (i % 1000 + 1) * 333), 'MANUAL', 'm' || i,
          'Pedido ' || i, 'p' || (i / 10), 1, ${LEDGER_START} + (i / 10) * ${apart} from n`,
      args: [from, Math.min(movements, from + 50_000)],
    });
}

/** Milliseconds of each of several runs, after one that is not counted. */
async function timed(work: () => Promise<unknown>, runs = times): Promise<number[]> {
  await work();
  const found: number[] = [];
  for (let n = 0; n < runs; n += 1) {
    const begun = performance.now();
    await work();
    found.push(performance.now() - begun);
  }
  return found;
}

/** The least and the median: the machine has other work. */
const shown = (ms: readonly number[]) => `${figure(Math.min(...ms))} / ${figure(median(ms))}`;

interface Figures {
  readonly movements: number;
  readonly migrations: readonly number[];
  readonly reads: ReadonlyMap<string, number[]>;
  readonly inventoryRows: number[];
}

/** A ledger that the migrations have valued, and the milliseconds that the one of them took. */
async function valued(path: string, movements: number): Promise<[Database, number]> {
  const database = await openDatabase(`file:${join(path, "sge.db")}`);
  await olderTables(database);
  await fill(database, movements);
  const { migrations } = await database.migrate();
  return [database, migrations.find(({ tag }) => tag === VALUING_MIGRATION)?.ms ?? Number.NaN];
}

/** The large one takes minutes to make: it is migrated once. */
const MIGRATED_AGAIN = 2;

async function measure(movements: number): Promise<Figures> {
  const migrated: number[] = [];
  for (let n = 0; movements <= 100_000 && n < MIGRATED_AGAIN; n += 1) {
    await using other = await emptyFolder();
    const [database, ms] = await valued(other.path, movements);
    migrated.push(ms);
    await database.close();
  }
  await using folder = await emptyFolder();
  const [database, ms] = await valued(folder.path, movements);
  migrated.push(ms);
  const ports = {
    reader: clientReader(database.reading),
    yieldToEventLoop: () => new Promise<void>((resolve) => setImmediate(resolve)),
    meter: {
      count: () => undefined,
      observe: () => undefined,
      seconds: () => performance.now() / 1_000,
    },
  };
  const rows = await ports.reader.rows({ sql: "select code from products limit 1000", args: [] });
  const codes = rows.map(({ code }) => String(code));
  const half = LEDGER_START + 365 * DAY;
  const stock = (moment: Moment) => () => stockAt(ports, 1, codes, moment);
  const [middle] = await ports.reader.rows({
    sql: "select id from movements where company = 1 and product = ?1 order by id limit 1 offset ?2",
    args: [BUSY_PRODUCT, movements / 100],
  });
  const before = Number(middle?.id);
  const reads = new Map([
    ["kardex, newest 50", await timed(() => kardexPage(ports, 1, BUSY_PRODUCT, { limit: 50 }))],
    [
      "kardex, 50 in the middle",
      await timed(() => kardexPage(ports, 1, BUSY_PRODUCT, { before, limit: 50 })),
    ],
    [`stock of up to 1,000 products, at`, await timed(stock({ at: half }))],
    [`the same, known_at`, await timed(stock({ knownAt: half }))],
  ]);
  const upTo = await lastKnown(ports, 1, undefined);
  const { lines } = sheet(INVENTORY, "br", "America/Sao_Paulo");
  let found = 0;
  const inventory = await timed(
    async () => {
      found = 0;
      for await (const page of pages(ports, inventoryKeyset(1, { until: half, upTo }))) {
        lines(page);
        found += page.length;
      }
    },
    Math.min(times, 5),
  );
  await database.close();
  return {
    movements,
    migrations: migrated,
    reads,
    inventoryRows: inventory.map((ms) => found / (ms / 1_000)),
  };
}

const all: Figures[] = [];
for (const movements of sizes) all.push(await measure(movements));
const heads = all.map(({ movements }) => `${movements.toLocaleString("en")} movements`);
const names = [...(all[0]?.reads.keys() ?? [])];
console.log(
  `Milliseconds, least / median of ${times} runs; 50 movements a product, the busy one 2 % of all.\n`,
);
console.log(
  table(
    ["", ...heads],
    [
      ...names.map((name) => [name, ...all.map(({ reads }) => shown(reads.get(name) ?? []))]),
      [
        "inventory, rows/s (most / median)",
        ...all.map(
          ({ inventoryRows: rows }) => `${figure(Math.max(...rows))} / ${figure(median(rows))}`,
        ),
      ],
      ["migration 0014", ...all.map(({ migrations }) => shown(migrations))],
    ],
  ),
);
const [smallest, largest] = [all.at(0), all.at(-1)];
console.log("");
console.log(
  targetTable(
    names
      .filter((name) => name.startsWith("kardex"))
      .map((name) => ({
        id: "T17",
        what: `${name}: ${heads.at(-1)} / ${heads.at(0)}`,
        values: [median(largest?.reads.get(name) ?? []) / median(smallest?.reads.get(name) ?? [])],
        bound: "≤",
        must: 2,
        stretch: 1.3,
      })),
  ),
);
