import { join } from "node:path";
import { Glob } from "bun";

/** What one test file walks through. */
interface Walked {
  readonly test: string;
  /** How long it took. */
  readonly ms: number;
  /** Source file → its covered lines. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
}

export type Coverage = readonly Walked[];

/** Not these: they start servers or run for long, and what they walk through stands in a process of its own. */
const LEFT_OUT =
  /^test\/(?:edge|full|chaos|bench|cli|deploy|docs|mutation|platform)\/|fuzz|hostile\.test|races|large/;

/** Runs every test file of a copy once and reads which lines it walks through. Files that fail are left out. */
export async function measured(copy: string): Promise<Coverage> {
  const found: Walked[] = [];
  const all = [...new Glob("test/**/*.test.ts").scanSync({ cwd: copy })].sort();
  for (const test of all) {
    if (LEFT_OUT.test(test)) continue;
    const folder = join(copy, "coverage");
    const started = performance.now();
    const child = Bun.spawn(
      [
        process.execPath,
        ...["test", "--coverage", "--coverage-reporter=lcov", `--coverage-dir=${folder}`],
        ...["--timeout", "60000", test],
      ],
      { cwd: copy, stdout: "ignore", stderr: "ignore", timeout: 120_000, killSignal: "SIGKILL" },
    );
    if ((await child.exited) !== 0) continue;
    const ms = performance.now() - started;
    found.push({ test, ms, lines: linesOf(await Bun.file(join(folder, "lcov.info")).text()) });
  }
  console.log(`${found.length} of ${all.length} test files are used`);
  return found;
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
 * The test files that walk through a line, the nearest first: of the same folder before others, quick before slow, as many as
 * take `ms` together (one at least). A text over several lines counts where it begins.
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
