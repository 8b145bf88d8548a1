import { join } from "node:path";
import { parseConfig } from "../src/config.ts";
import { figure, ratios, spread, table, targetTable } from "./figures.ts";
import { type Figures, load } from "./load.ts";
import { type Service, startService } from "./server.ts";

/**
 * T15, and which COMMIT_GROUP is best: one service for each size of group, and one with the default size whose commits are
 * `synchronous = NORMAL` (relaxed.ts), loaded in turn by 64 connections with notes of 10 items.
 * bun bench/groups.ts [seconds of a run = 4] [rounds = 5]
 */
const [seconds = 4, rounds = 5] = process.argv.slice(2).map(Number);
const SIZES = [4, 8, 16, 32, 64];
const DEFAULT = parseConfig({}).COMMIT_GROUP;

interface Kind {
  readonly name: string;
  readonly service: Service;
  readonly runs: Figures[];
}

await using stack = new AsyncDisposableStack();
const kinds: Kind[] = [];
const add = async (name: string, group: number, preload: readonly string[] = []): Promise<Kind> => {
  const service = stack.use(await startService({ COMMIT_GROUP: String(group) }, preload));
  const kind: Kind = { name, service, runs: [] };
  kinds.push(kind);
  return kind;
};
for (const size of SIZES.filter((other) => other < DEFAULT)) await add(`groups of ${size}`, size);
const full = await add(`groups of ${DEFAULT}, as set`, DEFAULT);
// Runs right after it, because a ratio compares adjacent measurements.
const relaxed = await add(`groups of ${DEFAULT}, NORMAL`, DEFAULT, [
  join(import.meta.dir, "relaxed.ts"),
]);
for (const size of SIZES.filter((other) => other > DEFAULT)) await add(`groups of ${size}`, size);

const run = ({ service }: Kind, warmSeconds: number): Promise<Figures> =>
  load({
    url: service.url,
    pid: service.pid,
    connections: 64,
    seconds,
    warmSeconds,
    next: () => service.upload(),
    probe: service.probe,
  });
for (const one of kinds) await run(one, 2);
for (let round = 0; round < rounds; round += 1)
  for (const one of kinds) one.runs.push(await run(one, 0.5));

console.log(
  table(
    ["", "uploads/s", "p95 ms", "CPU ms/upload", "GET p99 ms", "peak MB", "errors"],
    kinds.map(({ name, runs }) => [
      name,
      spread(runs.map((one) => one.perSecond)),
      spread(runs.map((one) => one.latency.p95)),
      spread(runs.map((one) => one.cpuMs)),
      spread(runs.map((one) => one.probe.p99)),
      figure(Math.max(...runs.map((one) => one.peakMB))),
      String(runs.reduce((sum, one) => sum + one.errors, 0)),
    ]),
  ),
);
console.log("");
const speeds = ({ runs }: Kind) => runs.map((one) => one.perSecond);
console.log(
  targetTable([
    {
      id: "T15",
      what: "uploads/s with FULL / with NORMAL",
      values: ratios(speeds(full), speeds(relaxed)),
      bound: "≥",
      must: 0.9,
      stretch: 0.97,
    },
  ]),
);
