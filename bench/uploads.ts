import { rowsOfNotes, type Written, writeBare } from "./bare.ts";
import { figure, ratios, spread, table, targetTable } from "./figures.ts";
import { keptIn } from "./ledger.ts";
import { type Figures, load } from "./load.ts";
import { type System, startPeer, startService } from "./server.ts";

/**
 * T1, T3, T4, T9, T12, T13: approved uploads through the whole service, 64 connections that each wait for their answer, notes of
 * 10 items; in turn with a bare writer of the same rows (bare.ts) and the system of BENCH_PEER.
 * bun bench/uploads.ts [seconds of a run = 4] [rounds = 5]
 */
const [seconds = 4, rounds = 5] = process.argv.slice(2).map(Number);
const CONNECTIONS = 64;
const WARM_S = 4;
const BARE_NOTES = 2_000;

const run = (system: System, warmSeconds: number): Promise<Figures> =>
  load({
    url: system.url,
    pid: system.pid,
    connections: CONNECTIONS,
    seconds,
    warmSeconds,
    next: () => system.upload(),
    probe: system.probe,
  });

await using service = await startService();
await using peer = await startPeer();
const ours: Figures[] = [];
const theirs: Figures[] = [];
const bare: Written[] = [];
await run(service, WARM_S);
if (peer !== null) await run(peer, 1);
const rows = rowsOfNotes(service.database, BARE_NOTES);
await writeBare(rows);
for (let round = 0; round < rounds; round += 1) {
  ours.push(await run(service, 0.5));
  bare.push(await writeBare(rows));
  if (peer !== null) theirs.push(await run(peer, 0.5));
}
await service.stop();
const { movements, approved, wrongBalances } = keptIn(service.database);

const row = (name: string, figures: readonly Figures[]): string[] => [
  name,
  spread(figures.map((one) => one.perSecond)),
  spread(figures.map((one) => one.latency.p50)),
  spread(figures.map((one) => one.latency.p95)),
  spread(figures.map((one) => one.latency.p99)),
  spread(figures.map((one) => one.cpuMs)),
  spread(figures.map((one) => one.probe.p99)),
  figure(Math.max(...figures.map((one) => one.peakMB))),
];
const bareRow = [
  "bare bun:sqlite",
  spread(bare.map((one) => one.perSecond)),
  ...["–", "–", "–"],
  spread(bare.map((one) => one.cpuMs)),
  ...["–", "–"],
];
const heads = ["", "notes/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/note", "GET p99 ms", "peak MB"];
console.log(
  table(heads, [
    row("the service", ours),
    bareRow,
    ...(peer === null ? [] : [row("the peer", theirs)]),
  ]),
);

const pairs = (of: (one: Figures) => number) => ratios(ours.map(of), theirs.map(of));
const speeds = (figures: readonly { perSecond: number }[]) => figures.map((one) => one.perSecond);
const errors = ours.reduce((sum, one) => sum + one.errors, 0);
const peak = Math.max(...ours.map((one) => one.peakMB));
console.log(`
${approved.size} notes approved, ${movements} movements. The service / bare bun:sqlite, notes/s: ${spread(ratios(speeds(ours), speeds(bare)))}.
`);
console.log(
  targetTable([
    {
      id: "T1",
      what: "uploads/s at 64 connections / peer",
      values: pairs((one) => one.perSecond),
      bound: "≥",
      must: 2,
      stretch: 2.5,
    },
    {
      id: "T3",
      what: "server CPU an upload / peer",
      values: pairs((one) => one.cpuMs),
      bound: "≤",
      must: 0.55,
      stretch: 0.42,
    },
    {
      id: "T3",
      what: "server CPU an upload / bare bun:sqlite of the same rows",
      values: ratios(
        ours.map((one) => one.cpuMs),
        bare.map((one) => one.cpuMs),
      ),
      bound: "≤",
      must: 2,
      stretch: 1.6,
    },
    {
      id: "T4",
      what: "p95 at 64 connections / peer",
      values: pairs((one) => one.latency.p95),
      bound: "≤",
      must: 0.55,
      stretch: 0.4,
    },
    {
      id: "T9",
      what: "p99 of a tiny GET under 64 uploaders / peer",
      values: pairs((one) => one.probe.p99),
      bound: "≤",
      must: 1.5,
      stretch: 1,
    },
    {
      id: "T12",
      what: "peak MB at 64 uploaders",
      values: [peak],
      bound: "≤",
      must: 210,
      stretch: 180,
    },
    {
      id: "T13",
      what: "errors, and balances that are not their sum",
      values: [errors + wrongBalances],
      bound: "≤",
      must: 0,
      stretch: 0,
    },
  ]),
);
