import { openDatabase } from "../src/platform/bun/database/database.ts";
import { figure, median, ratios, spread, table, targetTable } from "./figures.ts";
import { load } from "./load.ts";
import { oldAnswers } from "./old-answers.ts";
import { type Service, startService } from "./server.ts";
import { fillShop } from "./shop.ts";

/**
 * T17: every list, search, kardex page and dashboard of a large shop and of a small one, in turn, computed (its tags were bumped), with
 * one client; and how long a tiny GET waits beside it, which is what a statement may hold the event loop for. Ten movements a note.
 * bun bench/sizes.ts [products = 100000] [movements = 4000000] [products of the small = 5000] [its movements = 100000] [times = 15]
 */
const [
  largeProducts = 100_000,
  largeMovements = 4_000_000,
  smallProducts = 5_000,
  smallMovements = 100_000,
  count = 15,
] = process.argv.slice(2).map(Number);

/** How long tiny GETs are sent beside a read. */
const BESIDE_S = 0.2;

const cursor = (...position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString("base64url");

interface Shop {
  readonly products: number;
  readonly movements: number;
}
interface Read {
  readonly name: string;
  path(shop: Shop): string;
}
const middleProduct = (products: number): readonly [string, string] => {
  const number = Math.floor(products / 2);
  const code = String(number).padStart(6, "0");
  return [`parafuso sextavado no ${number}\t${code} `, code];
};

const read = (name: string, path: Read["path"] | string): Read => ({
  name,
  path: typeof path === "string" ? () => path : path,
});
/** As programs and the page read a list: from its start by a cursor, which counts nothing. */
const list = (name: string, path: string): Read =>
  read(name, `${path}${path.includes("?") ? "&" : "?"}cursor=start`);
const READS: readonly Read[] = [
  list("stock, first page", "/api/stock"),
  list("stock, 1,000 rows", "/api/stock?limit=1000"),
  read(
    "stock, a page in the middle",
    ({ products }) => `/api/stock?cursor=${cursor("p", ...middleProduct(products))}`,
  ),
  read("stock, first page, counted", "/api/stock"),
  list("stock below its minimum", "/api/stock?low=true"),
  list("stock without movement", "/api/stock?idle=true"),
  list("stock, a frequent word", "/api/stock?search=sextavado"),
  list("stock, a word that is not there", "/api/stock?search=zzzz"),
  list("stock, a code", "/api/stock?search=000099"),
  list("products, first page", "/api/products"),
  list("products, a word that is not there", "/api/products?search=zzzz"),
  list("notes, first page", "/api/nfes"),
  read(
    "notes, a page in the middle",
    ({ movements }) => `/api/nfes?cursor=${cursor("n", Math.floor(movements / 20))}`,
  ),
  read("notes, first page, counted", "/api/nfes"),
  list("notes, approved", "/api/nfes?status=PROCESSADA"),
  list("notes, none of a status", "/api/nfes?status=PENDENTE"),
  list("notes, a word of all suppliers", "/api/nfes?search=metal%C3%BArgica"),
  list("notes, some suppliers", "/api/nfes?search=tigre%207%20"),
  list("notes, a word that is not there", "/api/nfes?search=zzzz"),
  list("notes, a number", "/api/nfes?search=777"),
  list("notes, five digits of a key", "/api/nfes?search=98765"),
  read("notes, counted by status", "/api/nfes/counts"),
  list("movements, first page", "/api/movements/list"),
  read(
    "movements, a page in the middle",
    ({ movements }) =>
      `/api/movements/list?cursor=${cursor("m", Date.now() - 365 * 86_400_000, Math.floor(movements / 2))}`,
  ),
  read("movements, first page, counted", "/api/movements/list"),
  list("movements, exits", "/api/movements/list?type=SAIDA"),
  list("movements, of a product", "/api/movements/list?product_code=000077"),
  read("kardex, newest", "/api/products/000077/kardex"),
  list("supplier items", "/api/supplier-items"),
  read("dashboard", "/api/dashboard/stats"),
  read("dashboard, evolution", "/api/dashboard/evolution"),
  read("dashboard, stock", "/api/dashboard/stock"),
];

interface Beside {
  readonly service: Service;
  readonly shop: Shop;
  bump(): Promise<void>;
}

/** One computed read, ms. */
async function computed({ service, shop, bump }: Beside, { path }: Read): Promise<number> {
  await bump();
  const begun = performance.now();
  const answer = await fetch(`${service.url}${path(shop)}`, {
    headers: { authorization: `Bearer ${service.token}` },
  });
  await answer.arrayBuffer();
  const ms = performance.now() - begun;
  const how = answer.headers.get("x-cache");
  if (!answer.ok || (how !== null && how !== "MISS"))
    throw new Error(`${path(shop)}: ${answer.status} ${how}`);
  return ms;
}

/** The slowest of the tiny GETs that follow one another beside the same read, ms. */
async function stood(beside: Beside, asked: Read): Promise<number> {
  const { url, probe } = beside.service;
  const gets = load({ url, connections: 1, seconds: BESIDE_S, next: () => probe });
  await Bun.sleep((BESIDE_S * 1_000) / 4);
  await computed(beside, asked);
  return (await gets).latency.max;
}

async function opened(shop: Shop): Promise<Beside & AsyncDisposable> {
  await using owned = new AsyncDisposableStack();
  const service = owned.use(await startService());
  await fillShop(service.database, shop.movements, shop.products);
  const { writing, close } = await openDatabase(`file:${service.database}`);
  owned.defer(close);
  // The service writes too, for example the chain of its audit.
  await writing.executeMultiple("PRAGMA busy_timeout = 5000");
  const kept = owned.move();
  return {
    service,
    shop,
    bump: () => writing.executeMultiple(oldAnswers("000077")),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

await using large = await opened({ products: largeProducts, movements: largeMovements });
await using small = await opened({ products: smallProducts, movements: smallMovements });

const rows: string[][] = [];
const growth: number[] = [];
const waits: number[] = [];
for (const one of READS) {
  const times: Record<"large" | "small", number[]> = { large: [], small: [] };
  const stands: number[] = [];
  await computed(large, one);
  await computed(small, one);
  for (let n = 0; n < count; n += 1) {
    times.small.push(await computed(small, one));
    times.large.push(await computed(large, one));
  }
  for (let n = 0; n < Math.ceil(count / 3); n += 1) stands.push(await stood(large, one));
  const grown = median(ratios(times.large, times.small));
  growth.push(grown);
  waits.push(median(stands));
  rows.push([one.name, spread(times.small), spread(times.large), figure(grown), spread(stands)]);
}

const many = (shop: Shop) =>
  `${shop.products.toLocaleString("en")} products, ${(shop.movements / 10).toLocaleString("en")} notes, ${shop.movements.toLocaleString("en")} movements`;
console.log(`Small: ${many(small.shop)}. Large: ${many(large.shop)}.\n`);
console.log(
  table(
    ["read, computed", "small, ms", "large, ms", "large / small", "slowest GET beside, ms"],
    rows,
  ),
);
console.log("");
console.log(
  targetTable([
    {
      id: "T17",
      what: "time of a computed read, large / small, the worst read",
      values: [Math.max(...growth)],
      bound: "≤",
      must: 2,
      stretch: 1.3,
    },
    {
      id: "T17",
      what: "ms that a tiny GET waits beside one, the worst read",
      values: [Math.max(...waits)],
      bound: "≤",
      must: 20,
      stretch: 8,
    },
  ]),
);
