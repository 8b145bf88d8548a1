import { spread, table, targetTable } from "./figures.ts";
import { type Figures, load } from "./load.ts";
import { type System, startPeer, startService } from "./server.ts";

/**
 * Latency below full load. T4: 500 uploads per second over 1,000 connections, each counted from its due time. T9: a small GET
 * during uploads of 990 items on 4 connections. In turn with the system of BENCH_PEER.
 * bun bench/waits.ts [seconds of a run = 4] [rounds = 5]
 */
const [seconds = 4, rounds = 5] = process.argv.slice(2).map(Number);
const RATE = 500;
const ITEMS = 990;

const offered = (system: System, warmSeconds: number): Promise<Figures> =>
  load({
    url: system.url,
    pid: system.pid,
    connections: 1_000,
    rate: RATE,
    seconds,
    warmSeconds,
    next: () => system.upload(),
    probe: system.probe,
  });
/** Loads a system before the measurement, so that its hot code is compiled. */
const busy = (system: System): Promise<Figures> =>
  load({ url: system.url, connections: 64, seconds: 4, next: () => system.upload() });
const large = (system: System): Promise<Figures> =>
  load({
    url: system.url,
    pid: system.pid,
    connections: 4,
    seconds,
    warmSeconds: 1,
    next: () => system.upload(ITEMS),
    probe: system.probe,
  });

interface Beside {
  readonly name: string;
  readonly system: System;
  readonly offered: Figures[];
  readonly large: Figures[];
}

await using service = await startService();
await using peer = await startPeer();
const beside = (name: string, system: System): Beside => ({ name, system, offered: [], large: [] });
const systems = [
  beside("the service", service),
  ...(peer === null ? [] : [beside("the peer", peer)]),
];
for (const { system } of systems) await busy(system);
for (let round = 0; round < rounds; round += 1)
  for (const one of systems) one.offered.push(await offered(one.system, 0.5));
for (let round = 0; round < rounds; round += 1)
  for (const one of systems) one.large.push(await large(one.system));

const row = (name: string, runs: readonly Figures[]): string[] => [
  name,
  spread(runs.map((one) => one.perSecond)),
  spread(runs.map((one) => one.latency.p50)),
  spread(runs.map((one) => one.latency.p95)),
  spread(runs.map((one) => one.latency.p99)),
  spread(runs.map((one) => one.cpuMs)),
  spread(runs.map((one) => one.probe.p99)),
  String(runs.reduce((sum, one) => sum + one.errors, 0)),
];
console.log(
  table(
    ["", "uploads/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/upload", "GET p99 ms", "errors"],
    systems.flatMap((one) => [
      row(`${one.name}, ${RATE}/s offered`, one.offered),
      row(`${one.name}, ${ITEMS} items`, one.large),
    ]),
  ),
);
console.log("");
const [ours] = systems;
console.log(
  targetTable([
    {
      id: "T4",
      what: `p95 ms at ${RATE}/s offered over 1,000 connections`,
      values: ours?.offered.map((one) => one.latency.p95) ?? [],
      bound: "≤",
      must: 15,
      stretch: 10,
    },
    {
      id: "T9",
      what: `p99 ms of a tiny GET under uploads of ${ITEMS} items`,
      values: ours?.large.map((one) => one.probe.p99) ?? [],
      bound: "≤",
      must: 15,
      stretch: 10,
    },
  ]),
);
