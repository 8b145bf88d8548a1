import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { Glob } from "bun";
import { type Coverage, covering, kept, measured, readBack } from "./coverage.ts";
import { applied, type Mutant, mutantsOf } from "./mutants.ts";

/**
 * Mutation tests: how many small mistakes the tests notice. Applies one mutant after the other to a copy of the repository and runs
 * the test files that cover the line, nearest first, until one fails.
 * `bun run mutate [--at COMMIT] [--only src/stock,src/nfe] [--each 40] [--seed 1] [--seconds 15] [--out FILE]
 * [--coverage FILE]`
 */
const { values: options } = parseArgs({
  options: {
    at: { type: "string", default: "HEAD" },
    only: { type: "string", default: "src/ingest,src/stock,src/nfe,src/accounts" },
    /** Mutants of each folder; `40,37`: one number for each folder. */
    each: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    /** Seconds of tests for one mutant, by their time without a mutant. */
    seconds: { type: "string", default: "15" },
    /** Report as JSON lines. */
    out: { type: "string" },
    /** Coverage: read from this file, or measured and written to it. For runs over the same sources. */
    coverage: { type: "string" },
    /** A report: run only its surviving mutants again, found by file, kind and text. */
    again: { type: "string" },
    /** Only mutants at these lines: `src/x.ts:12`. */
    lines: { type: "string" },
  },
});

export interface Outcome {
  readonly path: string;
  readonly kind: string;
  readonly line: number;
  readonly was: string;
  readonly state: "killed" | "timeout" | "survived" | "untested";
  readonly by: string | null;
}

/** Mulberry32: the same seed draws the same mutants of the same sources. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const root = await mkdtemp(join(tmpdir(), "sge-mutate-"));
const copy = join(root, "copy");
const run = async (command: string[], cwd: string): Promise<string> => {
  const child = Bun.spawn(command, { cwd, stdout: "pipe", stderr: "pipe" });
  const [text, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (code !== 0)
    throw new Error(`${command.join(" ")}: ${await new Response(child.stderr).text()}`);
  return text;
};

async function main(): Promise<void> {
  await run(["git", "worktree", "add", "--detach", copy, options.at], process.cwd());
  await run([process.execPath, "install", "--frozen-lockfile"], copy);
  const coverage = await known();
  const sizes = options.each.split(",").map(Number);
  for (const [at, folder] of options.only.split(",").entries()) {
    const outcomes: Outcome[] = [];
    for (const [path, mutant] of await drawn(folder, sizes[at] ?? sizes[0] ?? 0)) {
      const outcome = await tried(coverage, path, mutant);
      outcomes.push(outcome);
      const { state, kind, line, was, by } = outcome;
      console.log(`${state.padEnd(8)} ${path}:${line} ${kind} ${was} ${by ?? ""}`);
      if (options.out !== undefined) await append(options.out, `${JSON.stringify(outcome)}\n`);
    }
    console.log(row(folder, outcomes));
  }
}

async function known(): Promise<Coverage> {
  if (options.coverage === undefined) return measured(copy);
  const file = Bun.file(options.coverage);
  if (await file.exists()) return readBack(await file.text());
  const coverage = await measured(copy);
  await Bun.write(file, kept(coverage));
  return coverage;
}

const append = async (path: string, text: string) =>
  (await import("node:fs/promises")).appendFile(path, text);

/** A row of the table in docs/benchmarks.md. */
function row(folder: string, outcomes: readonly Outcome[]): string {
  const count = (...states: Outcome["state"][]) =>
    outcomes.filter(({ state }) => states.includes(state)).length;
  const dead = count("killed", "timeout");
  const score = outcomes.length === 0 ? 0 : Math.round((100 * dead) / outcomes.length);
  return `| ${folder} | ${outcomes.length} | ${dead} | ${count("survived")} | ${count("untested")} | ${score} % |`;
}

/** The mutants of a folder to run, in the order of the text. */
async function drawn(folder: string, size: number): Promise<(readonly [string, Mutant])[]> {
  const all: (readonly [string, Mutant])[] = [];
  const glob = new Glob(`${folder}/**/*.ts`);
  for (const path of [...glob.scanSync({ cwd: copy })].sort())
    for (const mutant of mutantsOf(await Bun.file(join(copy, path)).text()))
      all.push([path, mutant] as const);
  if (options.lines !== undefined) {
    const wanted = new Set(options.lines.split(","));
    return all.filter(([path, { line }]) => wanted.has(`${path}:${line}`));
  }
  if (options.again !== undefined) {
    const report = (await Bun.file(options.again).text()).trim().split("\n");
    const alive = report
      .map((line): Outcome => JSON.parse(line))
      .filter(({ state }) => state === "survived" || state === "untested");
    const named: { readonly one: readonly [string, Mutant]; readonly name: string }[] = [];
    for (const one of all) {
      const [path, mutant] = one;
      const source = await Bun.file(join(copy, path)).text();
      named.push({ one, name: `${path} ${mutant.kind} ${textOf(source, mutant)}` });
    }
    const found = new Set<readonly [string, Mutant]>();
    for (const { path, kind, was, line } of alive) {
      // Where the line is another now, the first of that text that is not taken yet.
      const left = named.filter(
        ({ one, name }) => name === `${path} ${kind} ${was}` && !found.has(one),
      );
      const again = left.find(({ one }) => one[1].line === line) ?? left[0];
      if (again !== undefined) found.add(again.one);
    }
    return all.filter((one) => found.has(one));
  }
  const next = random(Number(options.seed));
  return all
    .map((one, at) => ({ one, at, lot: next() }))
    .sort((a, b) => a.lot - b.lot)
    .slice(0, size)
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

const textOf = (source: string, { start, end }: Mutant): string =>
  source.slice(start, end).replace(/\s+/g, " ").slice(0, 100);

async function tried(coverage: Coverage, path: string, mutant: Mutant): Promise<Outcome> {
  const file = join(copy, path);
  const source = await Bun.file(file).text();
  const was = textOf(source, mutant);
  const { kind, line } = mutant;
  const tests = covering(coverage, path, line, Number(options.seconds) * 1_000);
  if (tests.length === 0) return { path, kind, line, was, state: "untested", by: null };
  await Bun.write(file, applied(source, mutant));
  try {
    for (const { test, ms } of tests) {
      const state = await ended(test, Math.ceil(20_000 + 6 * ms));
      if (state !== "passed") return { path, kind, line, was, state, by: basename(test) };
    }
    return { path, kind, line, was, state: "survived", by: null };
  } finally {
    await Bun.write(file, source);
  }
}

/** The result of a run of one test file. */
async function ended(test: string, ms: number): Promise<"passed" | "killed" | "timeout"> {
  const child = Bun.spawn([process.execPath, "test", "--bail", "--timeout", "20000", test], {
    cwd: copy,
    stdout: "ignore",
    stderr: "ignore",
    timeout: ms,
    killSignal: "SIGKILL",
  });
  const code = await child.exited;
  if (child.signalCode === "SIGKILL") return "timeout";
  return code === 0 ? "passed" : "killed";
}

try {
  await main();
} finally {
  await run(["git", "worktree", "remove", "--force", copy], process.cwd());
  await rm(root, { recursive: true, force: true });
}
