import { figure, spread, table, targetTable } from "./figures.ts";
import { type Figures, load } from "./load.ts";
import { cpuSeconds } from "./process.ts";
import { startIsolate } from "./workerd.ts";

/**
 * The processor time of the Worker for an upload of 10 items: that of a workerd that runs nothing else, during uploads by some
 * connections, less its time when idle. The libSQL server is another process.
 * bun bench/edge.ts [seconds a round = 4] [rounds = 5]
 */
const [seconds = 4, rounds = 5] = process.argv.slice(2).map(Number);
const CONNECTIONS = 4;
const IDLE_S = 2;
const WARM_UPLOADS = 500;

await using isolate = await startIsolate();
const { url, pid } = isolate;
type Limit = { seconds: number; requests?: number };
const run = (next: () => ReturnType<typeof isolate.upload>, limit: Limit) =>
  load({ url, pid, connections: CONNECTIONS, next, ...limit });
const uploads = async (limit: Limit): Promise<Figures> => {
  const found = await run(isolate.upload, limit);
  if (found.errors > 0) throw new Error(`${found.errors} errors: ${found.firstFault}`);
  return found;
};

await uploads({ seconds: 60, requests: WARM_UPLOADS });
const before = cpuSeconds(pid);
await Bun.sleep(IDLE_S * 1_000);
const idle = (cpuSeconds(pid) - before) / IDLE_S;

const found: Figures[] = [];
const tiny: Figures[] = [];
for (let n = 0; n < rounds; n += 1) {
  found.push(await uploads({ seconds }));
  tiny.push(await run(() => isolate.probe, { seconds: 1 }));
}
/** ms of processor time for each answer, less the time of an idle workerd. */
const cost = ({ cpuMs, perSecond }: Figures) => cpuMs - (idle * 1_000) / perSecond;

console.log(
  table(
    ["in workerd, 4 connections", "an upload of 10 items", "`GET /api/health`"],
    [
      [
        "ms of processor, everything in the process",
        spread(found.map(cost)),
        spread(tiny.map(cost)),
      ],
      [
        "answers/s",
        spread(found.map((one) => one.perSecond)),
        spread(tiny.map((one) => one.perSecond)),
      ],
      ["p50 ms", ...[found, tiny].map((all) => spread(all.map(({ latency }) => latency.p50)))],
      ["p99 ms", ...[found, tiny].map((all) => spread(all.map(({ latency }) => latency.p99)))],
    ],
  ),
);
console.log(`\nIdle: ${figure(idle * 1_000)} ms of processor a second.\n`);
console.log(
  targetTable([
    {
      id: "T16",
      what: "ms of processor in workerd for an upload of 10 items",
      values: found.map(cost),
      bound: "≤",
      must: 3.5,
      stretch: 2.5,
    },
  ]),
);
