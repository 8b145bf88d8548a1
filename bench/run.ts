import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { targetsOf, withBlock } from "./document.ts";
import { figure } from "./figures.ts";

/** The benches in the order of their run, with their arguments; `short` only shows that they work. */
const BENCHES = {
  parse: { full: [10, 9], short: [10, 1] },
  writer: { full: [2_000, 7], short: [500, 1] },
  uploads: { full: [4, 7], short: [1, 1] },
  connections: { full: [4, 3], short: [1, 1] },
  busy: { full: [4_000_000, 100_000, 6, 3], short: [40_000, 1_000, 1, 1] },
  waits: { full: [4, 5], short: [1, 1] },
  groups: { full: [4, 5], short: [1, 1] },
  marks: { full: [150, 7], short: [20, 1] },
  writes: { full: [100_000, 5], short: [1_000, 1] },
  batch: { full: [4, 5], short: [1, 1] },
  stop: { full: [5], short: [1] },
  "slow-database": { full: [3], short: [1] },
  export: { full: [1_000_000, 5, 10_000_000], short: [20_000, 1, 40_000] },
  sizes: { full: [100_000, 4_000_000, 5_000, 100_000, 15], short: [200, 4_000, 100, 1_000, 2] },
  reads: { full: [1_000_000, 20_000, 15], short: [20_000, 1_000, 2] },
  counts: { full: [1_000_000, 20_000, 3], short: [20_000, 1_000, 1] },
  page: { full: [100_000, 5], short: [2_000, 1] },
  growth: { full: [15, 5_000, 10_000, 100_000, 1_000_000], short: [2, 5_000, 10_000] },
  memory: { full: [100_000], short: [2_000] },
  companies: { full: [1_000, 20_000, 2, 5], short: [20, 100, 1, 1] },
  edge: { full: [4, 5], short: [1, 1] },
} as const satisfies Record<string, { full: readonly number[]; short: readonly number[] }>;
type Name = keyof typeof BENCHES;

const DOCUMENT = join(import.meta.dir, "..", "docs", "benchmarks.md");

const isName = (name: string): name is Name => Object.hasOwn(BENCHES, name);

/** The machine that gives the figures, in one line. */
function machine(date: string): string {
  const model = cpus()[0]?.model.trim() ?? "?";
  const memory = figure(totalmem() / 2 ** 30);
  return `${availableParallelism()} × ${model}, ${memory} GiB, Linux ${release()}, Bun ${Bun.version}, ${date}`;
}

/** Runs one bench in a new process; prints its output while it runs, and returns it. */
async function run(name: Name, args: readonly number[]): Promise<string> {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, `${name}.ts`), ...args.map(String)],
    { stdout: "pipe" },
  );
  const decoder = new TextDecoder();
  let output = "";
  for await (const bytes of child.stdout) {
    process.stdout.write(bytes);
    output += decoder.decode(bytes, { stream: true });
  }
  if ((await child.exited) !== 0) throw new Error(`${name} ended with ${child.exitCode}`);
  return output;
}

/**
 * bun run bench [name…] [--short] [--write] [--date 2026-11-23]
 * Runs the named benches, or all of them. `--write` writes their output into docs/benchmarks.md.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    date: { type: "string", default: new Date().toISOString().slice(0, 10) },
  },
});
const unknown = positionals.filter((name) => !isName(name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}
const names = Object.keys(BENCHES)
  .filter(isName)
  .filter((name) => positionals.length === 0 || positionals.includes(name));
console.log(machine(values.date));
for (const name of names) {
  const args = BENCHES[name][values.short ? "short" : "full"];
  const command = `\`bun bench/${name}.ts ${args.join(" ")}\``;
  const line = `${command}, ${values.date}, load average before it ${figure(loadavg()[0] ?? Number.NaN)}:`;
  console.log(`\n## ${line}\n`);
  const output = await run(name, args);
  if (!values.write) continue;
  const document = withBlock(await readFile(DOCUMENT, "utf8"), name, `${line}\n\n${output}`);
  const updated = withBlock(document, "machine", machine(values.date));
  await writeFile(DOCUMENT, withBlock(updated, "targets", targetsOf(updated)));
}
