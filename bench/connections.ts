import { join } from "node:path";
import { median, ratios, spread, table, targetTable } from "./figures.ts";
import { type Figures, load } from "./load.ts";
import { plot } from "./plot.ts";
import { type Service, startService } from "./server.ts";

/**
 * Uploads, and what they wait, over the number of connections, each of which sends the next note after its answer; and above the bound
 * of requests in work, where a refused client waits the second that Retry-After asks for. Writes docs/connections.svg.
 * bun bench/connections.ts [seconds of a run = 4] [rounds = 3]
 */
const [seconds = 4, rounds = 3] = process.argv.slice(2).map(Number);
const CONNECTIONS = [1, 16, 64, 256, 1_000] as const;
/** As the connections of many people: no single one is refused its share. */
const RAISED_SHARES = { MAX_IN_FLIGHT_PER_USER: "2000", MAX_IN_FLIGHT_PER_COMPANY: "2000" };
const MOST_IN_WORK = 128;
const PLOT = join(import.meta.dir, "..", "docs", "connections.svg");

const run = (service: Service, connections: number): Promise<Figures> =>
  load({
    url: service.url,
    pid: service.pid,
    connections,
    seconds,
    warmSeconds: 1,
    refusedWaitMs: 1_000,
    next: () => service.upload(),
    probe: service.probe,
  });

await using service = await startService(RAISED_SHARES);
await using bounded = await startService({ ...RAISED_SHARES, MAX_IN_FLIGHT: String(MOST_IN_WORK) });
for (const one of [service, bounded])
  await load({ url: one.url, connections: 64, seconds: 4, next: () => one.upload() });
const runs = CONNECTIONS.map((connections) => ({ connections, found: [] as Figures[] }));
const above: Figures[] = [];
for (let round = 0; round < rounds; round += 1) {
  for (const one of runs) one.found.push(await run(service, one.connections));
  above.push(await run(bounded, 1_000));
}

const refused = ({ statuses, seconds: took }: Figures): number =>
  (statuses["503"] ?? 0) / (took + 1);
const others = ({ errors, statuses }: Figures): number => errors - (statuses["503"] ?? 0);
const row = (name: string, found: readonly Figures[]): string[] => [
  name,
  spread(found.map((one) => one.perSecond)),
  spread(found.map((one) => one.latency.p50)),
  spread(found.map((one) => one.latency.p95)),
  spread(found.map((one) => one.latency.p99)),
  spread(found.map((one) => one.probe.p99)),
  spread(found.map(refused)),
  String(found.reduce((sum, one) => sum + others(one), 0)),
];
const heads = [
  "connections",
  "uploads/s",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "GET p99 ms",
  "503/s",
  "other errors",
];
console.log(
  table(heads, [
    ...runs.map(({ connections, found }) => row(connections.toLocaleString("en"), found)),
    row(`1,000, at most ${MOST_IN_WORK} in work`, above),
  ]),
);
console.log("");
const perSecond = (connections: number): number[] =>
  runs.find((one) => one.connections === connections)?.found.map((one) => one.perSecond) ?? [];
console.log(
  targetTable([
    {
      id: "T1",
      what: "uploads/s at 1,000 connections / at 64",
      values: ratios(perSecond(1_000), perSecond(64)),
      bound: "≥",
      must: 0.8,
      stretch: 1,
    },
    {
      id: "T1",
      what: `the same with at most ${MOST_IN_WORK} in work, the others refused`,
      values: ratios(
        above.map((one) => one.perSecond),
        perSecond(64),
      ),
      bound: "≥",
      must: 0.8,
      stretch: 1,
    },
  ]),
);
const medians = (of: (one: Figures) => number) => runs.map(({ found }) => median(found.map(of)));
await Bun.write(
  PLOT,
  plot({
    title: "Uploads de 10 itens por número de conexões",
    x: CONNECTIONS.map((one) => one.toLocaleString("en")),
    parts: [
      {
        heading: "uploads por segundo",
        lines: [{ name: "uploads/s", values: medians((one) => one.perSecond) }],
      },
      {
        heading: "milissegundos até a resposta",
        lines: [
          { name: "p50", values: medians((one) => one.latency.p50) },
          { name: "p95", values: medians((one) => one.latency.p95) },
          { name: "p99", values: medians((one) => one.latency.p99) },
        ],
      },
    ],
  }),
);
