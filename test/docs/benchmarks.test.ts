import { expect, test } from "bun:test";
import { Glob } from "bun";

const document = await Bun.file("docs/benchmarks.md").text();
const runs = await Bun.file("bench/run.ts").text();
/** Blocks that `bench/run.ts` writes itself. */
const OWN = ["machine", "targets"];

/** What each bench has printed, by its name. */
const blocks = new Map(
  [...document.matchAll(/<!-- bench:([\w-]+) -->\n(.*?)<!-- \/bench:\1 -->/gs)].map(
    ([, name = "", text = ""]) => [name, text] as const,
  ),
);

/** A bench and the files of its folder that it imports. */
async function sourceOf(name: string): Promise<string> {
  const own = await Bun.file(`bench/${name}.ts`).text();
  const parts = [...own.matchAll(/from "\.\/([\w-]+\.ts)"/g)].map(([, file]) =>
    Bun.file(`bench/${file}`).text(),
  );
  return [own, ...(await Promise.all(parts))].join("\n");
}

const COMPUTED = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;

/** What a source can print, as patterns: its texts of two letters and more, with anything for what is computed. */
function printable(source: string): RegExp[] {
  const texts = [...source.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)];
  return texts
    .map(([, plain, template]) => plain ?? template ?? "")
    .filter((text) => /\p{L}{2}/u.test(text.replaceAll(COMPUTED, "")))
    .map((text) => text.split(COMPUTED).map(RegExp.escape).join(".+"))
    .map((pattern) => new RegExp(`^${pattern}$`));
}

test("a bench that can be started is named in bench/run.ts and has its block in docs/benchmarks.md", async () => {
  const started: string[] = [];
  for (const path of new Glob("bench/*.ts").scanSync())
    if (path !== "bench/run.ts" && (await Bun.file(path).text()).includes("process.argv"))
      started.push(path.slice("bench/".length, -".ts".length));
  const named = [...runs.matchAll(/^ {2}"?([\w-]+)"?: \{ full: /gm)].map(([, name = ""]) => name);
  expect(named.toSorted()).toEqual(started.toSorted());
  expect([...blocks.keys()].filter((name) => !OWN.includes(name)).toSorted()).toEqual(
    started.toSorted(),
  );
});

test("every row of a table in docs/benchmarks.md is one that its bench still prints", async () => {
  const migrations = await Promise.all(
    [...new Glob("migrations/*.sql").scanSync()].map((path) => Bun.file(path).text()),
  );
  const tables = new Set(
    [...migrations.join("\n").matchAll(/(?:CREATE TABLE|RENAME TO) (\w+)/g)].map(
      ([, name]) => name,
    ),
  ).add("sqlite_sequence");
  const gone: string[] = [];
  for (const [name, text] of blocks) {
    if (OWN.includes(name)) continue;
    const patterns = printable(await sourceOf(name));
    for (const line of text.split("\n").filter((one) => one.startsWith("|"))) {
      const [first = "", second = ""] = line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim());
      const label = /^T\d+$/.test(first) ? second : first;
      if (/^(?:[\d,]*|-+)$/.test(label) || tables.has(label)) continue;
      if (!patterns.some((pattern) => pattern.test(label))) gone.push(`${name}: ${label}`);
    }
  }
  expect(gone).toEqual([]);
});
