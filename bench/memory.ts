import { figure, table, targetTable } from "./figures.ts";
import { load } from "./load.ts";
import { megabytes } from "./process.ts";
import { startService } from "./server.ts";

/**
 * T12: the service's memory while uploads go on, 64 connections, notes of 10 items. `uploads` is the end; the fifth of it
 * is what the end is compared with.
 * bun bench/memory.ts [uploads = 100000]
 */
const [uploads = 100_000] = process.argv.slice(2).map(Number);
const STEPS = 10;
const QUIET_MS = 2_000;

await using service = await startService();
const idle = megabytes(service.pid, "VmRSS");
const rows: string[][] = [["0", figure(idle), figure(idle), "–", "–"]];
const seen: number[] = [];
for (let step = 1; step <= STEPS; step += 1) {
  const { errors, peakMB, cpuMs } = await load({
    url: service.url,
    pid: service.pid,
    connections: 64,
    requests: Math.ceil(uploads / STEPS),
    seconds: 600,
    next: () => service.upload(),
  });
  await Bun.sleep(QUIET_MS);
  const rssMB = megabytes(service.pid, "VmRSS");
  seen.push(rssMB);
  rows.push([
    ((uploads / STEPS) * step).toLocaleString("en"),
    figure(rssMB),
    figure(peakMB),
    figure(cpuMs),
    String(errors),
  ]);
}
console.log(table(["uploads", "RSS MB, 2 s later", "peak MB", "CPU ms/upload", "errors"], rows));
console.log("");
const early = seen[STEPS / 5 - 1] ?? Number.NaN;
const late = seen.at(-1) ?? Number.NaN;
console.log(
  targetTable([
    {
      id: "T12",
      what: `RSS after ${uploads.toLocaleString("en")} uploads / after ${(uploads / 5).toLocaleString("en")}`,
      values: [late / early],
      bound: "≤",
      must: 1.15,
      stretch: 1.05,
    },
  ]),
);
