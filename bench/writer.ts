import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { parseConfig } from "../src/config.ts";
import { openDatabase } from "../src/platform/bun/database/database.ts";
import { yieldToEventLoop } from "../src/platform/bun/ports.ts";
import { groupWriter } from "../src/platform/libsql/group-writer.ts";
import { rowsOfNotes, writeBare } from "./bare.ts";
import { ratios, spread, table, targetTable } from "./figures.ts";
import { emptyFolder } from "./folder.ts";
import { keptIn } from "./ledger.ts";
import { recordNotes } from "./recorded.ts";
import { freshNotes } from "./server.ts";

/**
 * T7: what the service commits for approved notes of 10 known items, recorded with its own texts, once more through its group
 * writer and thread (synchronous FULL, 64 callers, groups of COMMIT_GROUP), against bun:sqlite with the same rows, prepared
 * statements and one commit per note (synchronous NORMAL). Pairs run one after the other, each in a new file.
 * bun bench/writer.ts [notes per run = 2000] [pairs = 7]
 */
const [count = 2_000, pairs = 7] = process.argv.slice(2).map(Number);
const KNOWN_NOTES = 500;
const CALLERS = 64;

await using folder = await emptyFolder();
const note = freshNotes();
const notes = (many: number) => Array.from({ length: many }, () => note(10));
const { jobs, before, after } = await recordNotes(folder.path, notes(KNOWN_NOTES), notes(count));
const rows = rowsOfNotes(after, KNOWN_NOTES + count).slice(KNOWN_NOTES);

interface Run {
  readonly perSecond: number;
  readonly cpuMs: number;
}

/** Writes the recorded jobs into a copy of the file before them. */
async function runInGroups(): Promise<Run> {
  await using own = await emptyFolder();
  const path = join(own.path, "sge.db");
  await copyFile(before, path);
  const database = await openDatabase(`file:${path}`, undefined, "thread");
  const writer = groupWriter(database.writing, {
    group: parseConfig({}).COMMIT_GROUP,
    inFlight: 2,
    queue: count * 2,
    waitMs: 5_000,
    yieldToEventLoop,
  });
  const used = process.cpuUsage();
  const start = performance.now();
  let next = 0;
  const caller = async () => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await writer.commit(job);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - start) / 1_000;
  const cpu = process.cpuUsage(used);
  await database.close();
  const { approved, wrongBalances } = keptIn(path);
  if (approved.size !== KNOWN_NOTES + count || wrongBalances > 0)
    throw new Error(`${approved.size} notes approved, ${wrongBalances} balances wrong`);
  return { perSecond: count / seconds, cpuMs: (cpu.user + cpu.system) / 1_000 / count };
}

const ours: Run[] = [];
const bare: Run[] = [];
await runInGroups();
await writeBare(rows);
for (let pair = 0; pair < pairs; pair += 1) {
  ours.push(await runInGroups());
  bare.push(await writeBare(rows));
}
const speeds = (runs: readonly Run[]) => runs.map(({ perSecond }) => perSecond);
const row = (name: string, runs: readonly Run[]) => [
  name,
  spread(speeds(runs)),
  spread(runs.map(({ cpuMs }) => cpuMs)),
];
console.log(
  table(
    [`${count.toLocaleString("en")} notes a run, ${pairs} pairs`, "notes/s", "CPU ms/note"],
    [
      row(`groups of ${parseConfig({}).COMMIT_GROUP}, FULL`, ours),
      row("bun:sqlite, one commit each, NORMAL", bare),
    ],
  ),
);
console.log("");
console.log(
  targetTable([
    {
      id: "T7",
      what: "notes/s in groups / bun:sqlite one by one",
      values: ratios(speeds(ours), speeds(bare)),
      bound: "≥",
      must: 1.5,
      stretch: 1.8,
    },
  ]),
);
