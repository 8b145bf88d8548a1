import { openDatabase } from "../src/platform/bun/database/database.ts";
import { figure, median, spread, table } from "./figures.ts";
import { oldAnswers } from "./old-answers.ts";
import { cpuSeconds } from "./process.ts";
import { type Service, startService } from "./server.ts";
import { fillShop } from "./shop.ts";

/**
 * The cached reads over a shop of some years, one client, over HTTP: computed (a tag was bumped before each), from memory, and as
 * 304 for the client's own copy. Also: answers from memory per second and core. A computed read runs its statements one by one:
 * none may block the event loop for 50 ms on a million movements.
 * bun bench/reads.ts [movements = 1000000] [products = 20000] [times = 15]
 */
const [movements = 1_000_000, products = 20_000, times = 15] = process.argv.slice(2).map(Number);
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

const BUMP_TAGS = oldAnswers("000777");

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
await fillShop(service.database, movements, products);
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
    await writing.executeMultiple(BUMP_TAGS);
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
  shared.push(await cpuOf(() => writing.executeMultiple(BUMP_TAGS)));
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
