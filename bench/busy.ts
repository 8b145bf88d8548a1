import { join } from "node:path";
import { figure, quantile, spread, table, targetTable } from "./figures.ts";
import { emptyFolder } from "./folder.ts";
import { type Latency, load } from "./load.ts";
import { type Service, startService } from "./server.ts";
import { fillShop } from "./shop.ts";

/**
 * T9: a tiny GET in a large shop while others work: a user types a search letter by letter, the ledger is exported, the database is
 * copied, 64 clients upload. Ten movements a note.
 * bun bench/busy.ts [movements = 4000000] [products = 100000] [seconds of a run = 6] [rounds = 3]
 */
const [movements = 4_000_000, products = 100_000, seconds = 6, rounds = 3] = process.argv
  .slice(2)
  .map(Number);
const WORDS = ["parafuso sextavado 77", "sextavado nº 4", "arruela", "000123"];
/** Time between two letters: a fast typist. */
const LETTER_MS = 120;
/** Tiny GETs a second where there are no uploads. */
const GETS_A_SECOND = 100;

/** Work that goes on until it is stopped. */
type Beside = (service: Service, signal: AbortSignal) => Promise<void>;

const authorized = ({ token }: Service, signal: AbortSignal) => ({
  headers: { authorization: `Bearer ${token}` },
  signal,
});

/** ms to the answer of each letter; of one whose answer the next letter ended, the time until then: the true one is longer. */
const searches: number[] = [];
/** Each letter asks again and ends the question before it, as the page does. */
const typing: Beside = async (service, signal) => {
  for (let n = 0; !signal.aborted; n += 1) {
    const word = WORDS[n % WORDS.length] ?? "";
    for (let letters = 1; letters <= word.length && !signal.aborted; letters += 1) {
      const later = new AbortController();
      // From the start by a cursor, as the page reads a list: not all that match are counted.
      const path = `/api/stock?cursor=start&limit=50&search=${encodeURIComponent(word.slice(0, letters))}`;
      const begun = performance.now();
      const asked = fetch(
        `${service.url}${path}`,
        authorized(service, AbortSignal.any([signal, later.signal])),
      )
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined)
        .then(() => {
          if (!signal.aborted) searches.push(performance.now() - begun);
        });
      await Bun.sleep(LETTER_MS);
      later.abort();
      await asked;
    }
  }
};

const exporting: Beside = async (service, signal) => {
  while (!signal.aborted)
    try {
      const answer = await fetch(
        `${service.url}/api/export/movements`,
        authorized(service, signal),
      );
      for await (const _ of answer.body ?? []);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
};

const copying: Beside = async (service, signal) => {
  while (!signal.aborted) {
    await using folder = await emptyFolder();
    const child = Bun.spawn([process.execPath, "src/cli/door.ts", "backup", folder.path], {
      cwd: join(import.meta.dir, ".."),
      stdout: "ignore",
      env: {
        PATH: process.env.PATH ?? "",
        DATABASE_URL: `file:${service.database}`,
        DATA_DIR: join(service.database, ".."),
      },
      signal,
    });
    const code = await child.exited;
    if (code !== 0 && !signal.aborted) throw new Error(`backup ended with ${code}`);
  }
};

interface Run {
  readonly get: Latency;
  /** Null where there are none. */
  readonly uploads: { readonly perSecond: number; readonly p95: number } | null;
  readonly searchP95: number;
}

async function run(service: Service, besides: readonly Beside[], uploads: boolean): Promise<Run> {
  searches.length = 0;
  const stop = new AbortController();
  const working = besides.map((work) => work(service, stop.signal));
  const common = { url: service.url, pid: service.pid, seconds, warmSeconds: 1 };
  const figures = uploads
    ? await load({
        ...common,
        connections: 64,
        next: () => service.upload(),
        probe: service.probe,
      })
    : await load({ ...common, connections: 1, rate: GETS_A_SECOND, next: () => service.probe });
  stop.abort();
  await Promise.all(working);
  if (figures.errors > 0) throw new Error(`${figures.errors} errors: ${figures.firstFault}`);
  return {
    get: uploads ? figures.probe : figures.latency,
    uploads: uploads ? { perSecond: figures.perSecond, p95: figures.latency.p95 } : null,
    searchP95: quantile(
      searches.toSorted((a, b) => a - b),
      0.95,
    ),
  };
}

const ALL = [typing, exporting, copying];
const CASES = [
  { name: "nothing", besides: [], uploads: false },
  { name: "search, export, backup", besides: ALL, uploads: false },
  { name: "64 uploaders", besides: [], uploads: true },
  { name: "all of them", besides: ALL, uploads: true },
];

await using service = await startService();
await fillShop(service.database, movements, products);
await load({ url: service.url, connections: 64, seconds: 4, next: () => service.upload() });
const runs = CASES.map((one) => ({ ...one, found: [] as Run[] }));
for (let round = 0; round < rounds; round += 1)
  for (const one of runs) one.found.push(await run(service, one.besides, one.uploads));

const spreadOf = (found: readonly Run[], of: (one: Run) => number): string => {
  const figures = found.map(of).filter((one) => !Number.isNaN(one));
  return figures.length === 0 ? "–" : spread(figures);
};
console.log(
  table(
    [
      "beside it",
      "GET p50 ms",
      "GET p99 ms",
      "GET slowest ms",
      "search p95 ms",
      "uploads/s",
      "upload p95 ms",
    ],
    runs.map(({ name, found }) => [
      name,
      spreadOf(found, ({ get }) => get.p50),
      spreadOf(found, ({ get }) => get.p99),
      figure(Math.max(...found.map(({ get }) => get.max))),
      spreadOf(found, ({ searchP95 }) => searchP95),
      spreadOf(found, ({ uploads }) => uploads?.perSecond ?? Number.NaN),
      spreadOf(found, ({ uploads }) => uploads?.p95 ?? Number.NaN),
    ]),
  ),
);
console.log("");
console.log(
  targetTable([
    {
      id: "T9",
      what: "p99 ms of a tiny GET under a search, an export and a backup",
      values: runs[1]?.found.map(({ get }) => get.p99) ?? [],
      bound: "≤",
      must: 25,
      stretch: 10,
    },
  ]),
);
