import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { Glob } from "bun";

const root = new URL("../../", import.meta.url);
const plan = readFileSync(new URL("docs/plan.md", root), "utf8");

/** The sections of the plan that each part of the page must have. */
const SECTIONS = "1.1 1.2 1.3 2.1 2.2 2.3 3.1 3.2 3.3 4.1 4.2 4.3 5.1 5.2 5.3 6.1 6.2 6.3".split(
  " ",
);

const [server = "", edge = ""] = plan.split("\n## ").slice(1);
const headed = (part: string) => part.split("\n### ").slice(1);

test("every section of the plan is carried out on one server", () => {
  expect(headed(server).map((text) => text.slice(0, 3))).toEqual(SECTIONS);
  expect(edge).toStartWith("At the edge");
});

test("a section of the plan names what it became, where that lives and what shows it", () => {
  const sections = [...headed(server), ...headed(edge)];
  expect(sections.length).toBeGreaterThan(25);
  for (const text of sections)
    expect([text.slice(0, 20), text]).toEqual([
      text.slice(0, 20),
      expect.stringMatching(/^.+\n\n[\s\S]{20,}\n\n- Where: `[\s\S]+\n- Shown by: `/),
    ]);
});

test("every file that the plan names exists", () => {
  const paths = [...plan.matchAll(/`((?:src|test|docs)\/[\w./*-]+)`/g)].map(
    ([, path = ""]) => path,
  );
  expect(paths.length).toBeGreaterThan(50);
  const missing = paths.filter((path) =>
    path.includes("*")
      ? [...new Glob(path).scanSync({ cwd: root.pathname })].length === 0
      : !existsSync(new URL(path, root)),
  );
  expect(missing).toEqual([]);
});
