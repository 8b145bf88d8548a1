import { figure, median, spread, table, targetTable } from "./figures.ts";
import { load } from "./load.ts";
import { megabytes } from "./process.ts";
import { startService } from "./server.ts";

/**
 * T12: the service's memory during uploads by 64 connections, notes of 10 items. One measurement depends on the last garbage
 * collection, so medians of many measurements are compared: those of the last tenth with those of the second.
 * bun bench/memory.ts [uploads = 100000]
 */
const [uploads = 100_000] = process.argv.slice(2).map(Number);
const STEPS = 10;
const EVERY_MS = 200;

await using service = await startService();
const held = () => megabytes(service.pid, "VmRSS");
const idle = figure(held());
const rows: string[][] = [["0", idle, idle, "–", "–"]];
const medians: number[] = [];
for (let step = 1; step <= STEPS; step += 1) {
  const seen: number[] = [];
  const watch = setInterval(() => seen.push(held()), EVERY_MS);
  const { errors, peakMB, cpuMs } = await load({
    url: service.url,
    pid: service.pid,
    connections: 64,
    requests: Math.ceil(uploads / STEPS),
    seconds: 600,
    next: () => service.upload(),
  });
  clearInterval(watch);
  medians.push(median(seen));
  rows.push([
    ((uploads / STEPS) * step).toLocaleString("en"),
    spread(seen),
    figure(peakMB),
    figure(cpuMs),
    String(errors),
  ]);
}
console.log(
  table(["uploads", "RSS MB on the way there", "peak MB so far", "CPU ms/upload", "errors"], rows),
);
console.log("");
const early = medians[STEPS / 5 - 1] ?? Number.NaN;
const late = medians.at(-1) ?? Number.NaN;
console.log(
  targetTable([
    {
      id: "T12",
      what: `RSS after ${uploads.toLocaleString("en")} uploads / after ${(uploads / 5).toLocaleString("en")}`,
      values: [late / early],
      bound: "≤",
      must: 1.1,
      stretch: 1.05,
    },
  ]),
);
