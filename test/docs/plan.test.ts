import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { Glob } from "bun";

const root = new URL("../../", import.meta.url);
const plan = readFileSync(new URL("docs/plan.md", root), "utf8");

/** `src/a/{b,c}.ts` as the files that it stands for; a bare name stands beside the one before it. */
function* named(): Generator<string> {
  for (const [, cell = ""] of plan.matchAll(/\|([^|\n]*`(?:src|test|docs)\/[^|\n]*)/g)) {
    let folder = "";
    for (const [, text = ""] of cell.matchAll(/`([\w./{},*-]+)`/g)) {
      const path = text.includes("/") ? text : `${folder}/${text}`;
      folder = path.slice(0, path.lastIndexOf("/"));
      yield path;
    }
  }
}

test("every section of the plan is there, and every file that the table names exists", () => {
  for (const section of [
    "1.1",
    "1.2",
    "1.3",
    "2.1",
    "2.2",
    "2.3",
    "3.1",
    "3.2",
    "3.3",
    "4.1",
    "4.2",
    "4.3",
    "5.1",
    "5.2",
    "5.3",
    "6.1",
    "6.2",
    "6.3",
  ])
    expect(plan).toContain(`| ${section} `);
  const paths = [...named()];
  expect(paths.length).toBeGreaterThan(50);
  const missing = paths.filter((path) =>
    /[{*]/.test(path)
      ? [...new Glob(path).scanSync({ cwd: root.pathname })].length === 0
      : !existsSync(new URL(path, root)),
  );
  expect(missing).toEqual([]);
});
