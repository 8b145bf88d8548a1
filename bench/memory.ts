import { join } from "node:path";
import { syntheticNote } from "../src/synthetic/synthetic-note.ts";
import { itemOf, SUPPLIERS } from "../src/synthetic/trade.ts";
import { figure, median, spread, table, targetTable } from "./figures.ts";
import { load } from "./load.ts";
import { megabytes } from "./process.ts";
import { form, type Sending } from "./requests.ts";
import { startService } from "./server.ts";

/**
 * T12: the service's memory during uploads by 64 connections, notes of 10 items. One measurement depends on the last garbage
 * collection, so medians of many measurements are compared: those of the last tenth with those of the second. Every twentieth note has
 * two lots. At the end `sge verify` compares balances, values, lots and sums with the ledger, and every original with its note.
 * bun bench/memory.ts [uploads = 100000]
 */
const [uploads = 100_000] = process.argv.slice(2).map(Number);
const STEPS = 10;
const EVERY_MS = 200;
const LOTTED_EVERY = 20;

/** Distinct notes of one item with two lots. */
function lottedNotes() {
  const [product] = SUPPLIERS[6]?.products ?? [];
  if (product === undefined) throw new Error("there is no product with lots");
  let seed = 0;
  return () => {
    seed += 1;
    const lots = [0, 1].map((n) => ({
      nLote: `L${seed % 500}${"AB"[n] ?? ""}`,
      qLote: "6.000",
      dFab: "2026-03-01",
      dVal: `2028-0${1 + (seed % 9)}-28`,
    }));
    return syntheticNote({
      seed,
      serie: "77",
      emit: SUPPLIERS[6],
      items: [itemOf(product, "12", { lots })],
    });
  };
}

/** What `sge verify` says of the database of the running service; throws where it finds a difference. */
async function verified(): Promise<string> {
  const child = Bun.spawn([process.execPath, "src/cli/door.ts", "verify"], {
    cwd: join(import.meta.dir, ".."),
    stdout: "pipe",
    stderr: "pipe",
    env: {
      PATH: process.env.PATH ?? "",
      DATABASE_URL: `file:${service.database}`,
      DATA_DIR: join(service.database, ".."),
    },
  });
  const [said, faults] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`sge verify: ${said}${faults}`);
  return said.trim();
}

await using service = await startService();
const lotted = lottedNotes();
let sent = 0;
const next = (): Sending => {
  sent += 1;
  return sent % LOTTED_EVERY === 0
    ? form({ ...service, path: "/api/nfe/upload?approve=true" }, "file", [lotted()])
    : service.upload();
};
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
    next,
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
console.log(`\n\`sge verify\` after ${sent.toLocaleString("en")} notes: ${await verified()}`);
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
