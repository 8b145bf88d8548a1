import { faultyProxy } from "../test/support/faults/faulty-proxy.ts";
import { libsqlServer } from "../test/support/sqld.ts";
import { figure, quantile, spread, table, targetTable } from "./figures.ts";
import { startService } from "./server.ts";

/**
 * A service over a libSQL server behind a proxy that works, then delays by 2 s, then cuts, then works again: how long a request
 * waits that needs the database, and one that does not; how long it takes until the first is served again.
 * bun bench/slow-database.ts [rounds = 3]
 */
const [rounds = 3] = process.argv.slice(2).map(Number);
const READS_A_ROUND = 300;

interface Round {
  /** ms, sorted: reads without faults, refused reads while the circuit is open, `/api/health` meanwhile. */
  readonly well: number[];
  readonly refused: number[];
  readonly beside: number[];
  /** ms until the first refusal; and from the repair of the proxy to the first answer. */
  readonly opened: number;
  readonly healed: number;
}

/** One GET: ms and status. */
async function timed(url: string, token: string): Promise<{ ms: number; status: number }> {
  const started = performance.now();
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return { ms: performance.now() - started, status: answer.status };
}

async function round(): Promise<Round> {
  await using sqld = await libsqlServer();
  await using proxy = await faultyProxy(sqld.port);
  await using service = await startService({ DATABASE_URL: proxy.url, LOG_LEVEL: "error" });
  const read = () => timed(`${service.url}/api/stock`, service.token);
  const beside = () => timed(`${service.url}/api/health`, service.token);
  const many = async (ask: typeof read, status: number) => {
    const found: number[] = [];
    for (let n = 0; n < READS_A_ROUND; n += 1) {
      const { ms, status: got } = await ask();
      if (got !== status) throw new Error(`${got} in place of ${status}`);
      found.push(ms);
    }
    return found;
  };
  const well = await many(read, 200);
  proxy.become({ slowMs: 2_000 });
  const first = await Promise.all(Array.from({ length: 8 }, read));
  const slow = await many(read, 503);
  proxy.become("cut");
  const cut = await many(read, 503);
  const health = await many(beside, 200);
  proxy.become("open");
  const mended = performance.now();
  while ((await read()).status !== 200) await Bun.sleep(5);
  return {
    well: well.toSorted((a, b) => a - b),
    refused: [...slow, ...cut].toSorted((a, b) => a - b),
    beside: health.toSorted((a, b) => a - b),
    opened: Math.max(...first.map(({ ms }) => ms)),
    healed: performance.now() - mended,
  };
}

const all: Round[] = [];
for (let n = 0; n < rounds; n += 1) all.push(await round());

const row = (what: string, of: (one: Round) => number[]) => [
  what,
  spread(all.map((one) => quantile(of(one), 0.5))),
  spread(all.map((one) => quantile(of(one), 0.99))),
  figure(Math.max(...all.flatMap(of))),
];
console.log(
  table(
    ["ms", "p50", "p99", "slowest"],
    [
      row("a read while all is well", (one) => one.well),
      row("a read refused while the circuit is open", (one) => one.refused),
      row("`/api/health` meanwhile", (one) => one.beside),
      row("the first callers, until their call times out", (one) => [one.opened]),
      row("from the mending to the first answer", (one) => [one.healed]),
    ],
  ),
);
console.log("");
console.log(
  targetTable([
    {
      id: "slow-database",
      what: "ms to a 503 while the circuit is open, the slowest",
      values: all.map((one) => Math.max(...one.refused)),
      bound: "≤",
      must: 50,
      stretch: 10,
    },
  ]),
);
