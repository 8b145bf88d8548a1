import { join } from "node:path";
import { Glob } from "bun";

/** The coverage of one test file. */
interface Walked {
  readonly test: string;
  /** How long it took. */
  readonly ms: number;
  /** Source file → its covered lines. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
}

export type Coverage = readonly Walked[];

/** Test files that are left out: they start servers or run for long, and their coverage is in another process. */
const LEFT_OUT =
  /^test\/(?:edge|full|chaos|bench|cli|deploy|docs|mutation|platform)\/|fuzz|hostile\.test|races|large/;

/** Test files that are measured at the same time. */
const AT_ONCE = 3;

/** Runs every test file of a copy once and reads which lines it covers. Files that fail are left out. */
export async function measured(copy: string): Promise<Coverage> {
  const found: Walked[] = [];
  const all = [...new Glob("test/**/*.test.ts").scanSync({ cwd: copy })].sort();
  const waiting = all.filter((test) => !LEFT_OUT.test(test));
  const worker = async (folder: string) => {
    for (let test = waiting.shift(); test !== undefined; test = waiting.shift()) {
      const walked = await walkedBy(copy, folder, test);
      if (walked !== null) found.push(walked);
    }
  };
  await Promise.all(
    Array.from({ length: AT_ONCE }, (_, i) => worker(join(copy, "coverage", String(i)))),
  );
  console.log(`${found.length} of ${all.length} test files are used`);
  return found.sort((a, b) => (a.test < b.test ? -1 : 1));
}

async function walkedBy(copy: string, folder: string, test: string): Promise<Walked | null> {
  const started = performance.now();
  const child = Bun.spawn(
    [
      process.execPath,
      ...["test", "--coverage", "--coverage-reporter=lcov", `--coverage-dir=${folder}`],
      ...["--timeout", "60000", test],
    ],
    { cwd: copy, stdout: "ignore", stderr: "ignore", timeout: 120_000, killSignal: "SIGKILL" },
  );
  if ((await child.exited) !== 0) {
    console.log(`left out, it fails or takes too long: ${test}`);
    return null;
  }
  const ms = performance.now() - started;
  return { test, ms, lines: linesOf(await Bun.file(join(folder, "lcov.info")).text()) };
}

/** Coverage as text, to store in a file for later runs over the same sources. */
export const kept = (coverage: Coverage): string =>
  JSON.stringify(
    coverage.map(({ test, ms, lines }) => ({
      test,
      ms,
      lines: [...lines].map(([path, at]) => [path, [...at]]),
    })),
  );

/** Reads coverage that `kept` wrote. */
export function readBack(text: string): Coverage {
  const rows: { test: string; ms: number; lines: [string, number[]][] }[] = JSON.parse(text);
  return rows.map(({ test, ms, lines }) => ({
    test,
    ms,
    lines: new Map(lines.map(([path, at]) => [path, new Set(at)])),
  }));
}

function linesOf(lcov: string): Map<string, Set<number>> {
  const files = new Map<string, Set<number>>();
  let lines = new Set<number>();
  for (const row of lcov.split("\n")) {
    const [, file] = /^SF:(.+)$/.exec(row) ?? [];
    if (file !== undefined) {
      lines = new Set();
      files.set(file, lines);
    }
    const [, line, hits] = /^DA:(\d+),(\d+)/.exec(row) ?? [];
    if (line !== undefined && hits !== "0") lines.add(Number(line));
  }
  return files;
}

/**
 * The test files that cover a line, nearest first: those of the same folder before others, fast before slow, and as many as take
 * `ms` together (at least one). A text over several lines counts at its first line.
 */
export function covering(
  coverage: Coverage,
  path: string,
  line: number,
  ms: number,
): { test: string; ms: number }[] {
  const [, folder = ""] = path.split("/");
  const near = coverage
    .filter(({ lines }) => walks(lines.get(path), line))
    .map(({ test, ms }) => ({ test, ms, far: test.startsWith(`test/${folder}/`) ? 0 : 1 }))
    .sort((a, b) => a.far - b.far || a.ms - b.ms);
  let total = 0;
  return near.filter(({ ms: own }, i) => {
    total += own;
    return i === 0 || total <= ms;
  });
}

const LONGEST_TEXT = 30;

function walks(lines: ReadonlySet<number> | undefined, line: number): boolean {
  if (lines === undefined) return false;
  for (let at = line; at > line - LONGEST_TEXT; at--) if (lines.has(at)) return true;
  return false;
}
