import { join } from "node:path";
import { openDatabase } from "../src/platform/bun/database/database.ts";
import { figure, median, spread, table } from "./figures.ts";
import { cpuSeconds } from "./process.ts";
import { type Service, startService } from "./server.ts";

/**
 * The cached reads over a shop of some years, one client, over HTTP: computed (a tag was bumped before each), from memory, and as
 * 304 for the client's own copy. Also: answers from memory per second and core. A computed read runs its statements one by one:
 * none may block the event loop for 50 ms on a million movements.
 * bun bench/reads.ts [movements = 1000000] [products = 20000] [times = 15]
 */
const [movements = 1_000_000, products = 20_000, times = 15] = process.argv.slice(2).map(Number);
const MIGRATION = join(import.meta.dir, "..", "migrations", "0003_sums_of_the_ledger.sql");
const DAY = 86_400_000;

/** A trade of two years up to now: ten lines a note, every tenth a sale by hand. */
async function fill(path: string): Promise<void> {
  const { writing, close } = await openDatabase(`file:${path}`);
  const numbers = (count: number) =>
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
  await writing.executeMultiple(`PRAGMA synchronous = OFF;
    ${numbers(products)} insert into products (company, code, name, unit, last_cost_e2, last_cost_quantity_e4, created_at, updated_at)
      select 1, printf('%06d', i), 'Parafuso sextavado nº ' || i, 'UN', 1234 + i % 777, 30000, 0, 0 from n;
    ${numbers(products)} insert into supplier_items select 1, '11222333000181', printf('%06d', i), 'UN', printf('%06d', i), 10000, 0, 0 from n;
    ${numbers(movements / 10)} insert into notes (company, access_key, sha256, status, registration, posting, direction, issued_by_us, model,
        series, number, issued_at, issued_ms, supplier_id, supplier_name, total_items, total_value_e2, has_protocol, holds, findings,
        rules, settings_version, received_at, received_by, updated_at)
      select 1, printf('3526091122233300018155001%09d1000000420', i), '', 'PROCESSADA', 'r', 'p', 'entry', 0, '55', '1', i,
        '2026-11-23T09:00:00-03:00', i, '11222333000181', 'Fornecedor', 10, 100000, 1, '[]', '[]', '[]', 1, i, 1, i from n;`);
  const begun = Date.now() - 730 * DAY;
  const apart = Math.floor((730 * DAY) / (movements / 10));
  for (let from = 0; from < movements; from += 50_000)
    await writing.execute({
      sql: `with recursive n(i) as (select cast(?1 as integer) + 1 union all select i + 1 from n where i < ?2)
        insert into movements (company, product, type, quantity_e4, cost_e2, origin, origin_ref, reference, posting, user_id, created_at,
          happened_at, value_e2, passed_e2, after_e4, after_e2)
        select 1, printf('%06d', 1 + (i * 7919) % ${products}), iif(i % 10 = 0, 'SAIDA', 'ENTRADA'),
          iif(i % 10 = 0, -1, 1) * (i % 1000 + 1) * 1250, iif(i % 10 = 0, null, (i % 1000 + 1) * 333), iif(i % 10 = 0, 'VENDA', 'NFE'),
          iif(i % 10 = 0, 'v' || i, printf('3526091122233300018155001%09d1000000420', i / 10) || '#' || (i % 10) || '@x'),
          iif(i % 10 = 0, 'Pedido ' || i, null), 'p' || (i / 10), 1, cast(?3 as integer) + (i / 10) * ${apart},
          cast(?3 as integer) + (i / 10) * ${apart}, 0, 0, 10000, 0 from n`,
      args: [from, Math.min(movements, from + 50_000), begun],
    });
  const sums = /INSERT INTO ledger_spans[^;]*;/.exec(await Bun.file(MIGRATION).text())?.[0] ?? "";
  await writing.executeMultiple(`insert into balances (company, product, quantity_e4, updated_at)
      select company, product, sum(quantity_e4), max(created_at) from movements group by 1, 2; ${sums}`);
  await close();
}

const READS = [
  "/api/products",
  "/api/stock",
  "/api/stock?low=true",
  "/api/nfes",
  "/api/movements/list",
  "/api/movements/list?product_code=000777",
  "/api/movements/list?type=SAIDA",
  "/api/movements/list?origin=NFE&type=ENTRADA&from=2026-01-01",
  "/api/movements/list?origin=NONE",
  "/api/supplier-items",
  "/api/dashboard/stats",
  "/api/dashboard/evolution",
];

const TAGS = ["nfes", "stock", "products", "supplier_items", "dashboard"];
const TOUCH = `insert into cache_versions (company, tag, version) select 1, value, 1 from json_each('${JSON.stringify(TAGS)}') where true
    on conflict do update set version = version + 1;
  update balances set version = version + 1 where company = 1 and product = '000777';`;

interface Taken {
  readonly ms: number;
  readonly how: string;
  readonly etag: string;
}

async function asked({ url, token }: Service, path: string, etag?: string): Promise<Taken> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (etag !== undefined) headers.set("if-none-match", etag);
  const begun = performance.now();
  const answer = await fetch(`${url}${path}`, { headers });
  await answer.arrayBuffer();
  const how = answer.headers.get("x-cache") ?? String(answer.status);
  return { ms: performance.now() - begun, how, etag: answer.headers.get("etag") ?? "" };
}

await using service = await startService();
await fill(service.database);
const { writing, close } = await openDatabase(`file:${service.database}`);
const rows: string[][] = [];
for (const path of READS) {
  const taken = new Map<string, number[]>();
  const take = async (expected: string, etag?: string) => {
    const one = await asked(service, path, etag);
    if (one.how !== expected) throw new Error(`${path}: ${one.how}, not ${expected}`);
    taken.set(one.how, [...(taken.get(one.how) ?? []), one.ms]);
    return one.etag;
  };
  for (let time = 0; time < times; time += 1) {
    await writing.executeMultiple(TOUCH);
    const etag = await take("MISS");
    await take("HIT");
    await take("REVALIDATED", etag);
  }
  rows.push([path, ...["MISS", "HIT", "REVALIDATED"].map((how) => spread(taken.get(how) ?? []))]);
}

/** CPU of the server for a page of stock, in ms, with eight clients; its tags bumped before each read, or never. */
async function cpuOf(each: () => Promise<unknown>): Promise<number> {
  const count = 400;
  const used = cpuSeconds(service.pid);
  for (let n = 0; n < count / 8; n += 1) {
    await each();
    await Promise.all(Array.from({ length: 8 }, () => asked(service, "/api/stock")));
  }
  return ((cpuSeconds(service.pid) - used) / count) * 1_000;
}
const kept = [];
const shared = [];
for (let time = 0; time < 5; time += 1) {
  kept.push(await cpuOf(async () => undefined));
  shared.push(await cpuOf(() => writing.executeMultiple(TOUCH)));
}
await close();

console.log(
  `${movements.toLocaleString("en")} movements, ${products.toLocaleString("en")} products\n`,
);
console.log(table(["read", "computed, ms", "from memory, ms", "304, ms"], rows));
console.log(
  `\nCPU of the server for a page of stock that eight ask for at once: ${figure(median(kept))} ms from memory, ` +
    `${figure(median(shared))} ms where one of the eight computes it.`,
);
