import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { titleFindings, wordFindings } from "./support/banned-words.ts";

/** These name the words because they are about them. */
const ABOUT_WORDS = new Set<string>([
  "docs/glossary.md",
  "test/support/banned-words.ts",
  "test/words.test.ts",
]);

// Threats stand in docs/security.md, targets of speed in docs/benchmarks.md.
const codes = new Set([
  ...((await Bun.file("docs/security.md").text()).match(/\b[SCF]\d{1,2}\b/g) ?? []),
  ...((await Bun.file("docs/benchmarks.md").text()).match(/\bT\d{1,2}\b/g) ?? []),
]);
const paths = [
  ...new Glob("{src,test,bench}/**/*.{ts,tsx,mts,mjs,toml}").scanSync(),
  ...new Glob("docs/**/*.md").scanSync(),
  "README.md",
  "AGENTS.md",
].filter((path) => !ABOUT_WORDS.has(path));

async function findings(
  find: (path: string, text: string) => { line: number; says: string }[],
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths)
    for (const { line, says } of find(path, await Bun.file(path).text()))
      found.push(`${path}:${line} ${says}`);
  return found;
}

test("names, comments, titles and docs use the standard terms and cite only what is there", async () => {
  expect(await findings((path, text) => wordFindings(path, text, codes))).toEqual([]);
  expect(paths.length).toBeGreaterThan(300);
});

test("titles of tests begin with their subject and have at most 110 characters", async () => {
  expect(
    await findings((path, text) => (path.startsWith("test/") ? titleFindings(path, text) : [])),
  ).toEqual([]);
});

describe("the list of words bites", () => {
  const bites: [text: string, says: string][] = [
    ["/** Waits for better weather. */", 'says "weather": transient fault'],
    ["const badWeather = 1;", 'says "weather": transient fault'],
    ["const WEATHER = 1;", 'says "weather": transient fault'],
    ["type Weather = 1;", 'says "weather": transient fault'],
    ["bad_weather", 'says "weather": transient fault'],
    ["see design decision 7", "cites design decision"],
    ["// see /home/ana/notes.md", "cites /home/ana/notes.md"],
    ["// as api.md has it", "cites api.md, not docs/api.md"],
    ["// a limit (S99)", "cites S99, which no table of docs/ defines"],
    ['test("F8: a note is read"', "cites F8, which no table of docs/ defines"],
  ];
  for (const [text, says] of bites)
    test(`at ${text}`, () => {
      expect(wordFindings("src/x.ts", text, new Set(["S1"])).map((one) => one.says)).toEqual([
        says,
      ]);
    });

  test("and not at parts of other words, nor at codes that docs/ defines", () => {
    const innocent = "wallet, diced, departure, (S1), docs/api.md, strangeness";
    expect(wordFindings("src/x.ts", innocent, new Set(["S1"]))).toEqual([]);
  });

  test("at titles that begin with a riddle or are too long", () => {
    const text = `test("who comes late waits", f); test(\`${"a".repeat(111)}\`, f); test("a note", f);`;
    expect(titleFindings("test/x.test.ts", text)).toHaveLength(2);
  });
});
