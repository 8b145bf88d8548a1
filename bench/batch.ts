import { ratios, spread, table, targetTable } from "./figures.ts";
import { keptIn } from "./ledger.ts";
import { type Figures, load } from "./load.ts";
import { startService } from "./server.ts";

/**
 * T8: notes of 10 items approved by the batch route with 50 files in a request, in turn with one note in a request on 64
 * connections; both on the same service.
 * bun bench/batch.ts [seconds of a run = 4] [rounds = 5] [connections with batches = 4]
 */
const [seconds = 4, rounds = 5, connections = 4] = process.argv.slice(2).map(Number);
const NOTES_A_REQUEST = 50;

await using service = await startService();
const sent = new Set<string>();
const common = {
  url: service.url,
  pid: service.pid,
  seconds,
  probe: service.probe,
  acknowledged(sending: { names: readonly string[] }) {
    for (const name of sending.names) sent.add(name);
  },
};
const singles = (warmSeconds: number): Promise<Figures> =>
  load({ ...common, connections: 64, warmSeconds, next: () => service.upload() });
const batches = (warmSeconds: number): Promise<Figures> =>
  load({ ...common, connections, warmSeconds, next: () => service.batch(NOTES_A_REQUEST) });

await singles(3);
await batches(2);
const one: Figures[] = [];
const many: Figures[] = [];
for (let round = 0; round < rounds; round += 1) {
  many.push(await batches(0.5));
  one.push(await singles(0.5));
}
await service.stop();
const { approved } = keptIn(service.database);
const missing = sent.difference(approved).size;

const row = (name: string, runs: readonly Figures[], notes: number): string[] => [
  name,
  spread(runs.map((run) => run.perSecond * notes)),
  spread(runs.map((run) => run.latency.p95)),
  spread(runs.map((run) => run.cpuMs / notes)),
  spread(runs.map((run) => run.probe.p99)),
  String(runs.reduce((sum, run) => sum + run.errors, 0)),
];
console.log(
  table(
    ["", "notes/s", "p95 ms of a request", "CPU ms/note", "GET p99 ms", "errors"],
    [
      row(`${NOTES_A_REQUEST} a request, ${connections} connections`, many, NOTES_A_REQUEST),
      row("1 a request, 64 connections", one, 1),
    ],
  ),
);
console.log(`\n${sent.size} notes acknowledged, ${missing} of them not approved.\n`);
console.log(
  targetTable([
    {
      id: "T8",
      what: `notes/s, ${NOTES_A_REQUEST} a request / 1 a request`,
      values: ratios(
        many.map((run) => run.perSecond * NOTES_A_REQUEST),
        one.map((run) => run.perSecond),
      ),
      bound: "≥",
      must: 1,
      stretch: 1.1,
    },
  ]),
);
