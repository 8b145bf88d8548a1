import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { Glob } from "bun";
import { tableOf } from "./page-tables.ts";

const pages = [
  "README.md",
  "LEIA-ME.md",
  "AGENTS.md",
  ...new Glob("docs/**/*.md").scanSync(),
].sort();
const texts = new Map(
  await Promise.all(pages.map(async (page) => [page, await Bun.file(page).text()] as const)),
);
const withoutCode = (text: string) => text.replace(/^ *```[\s\S]*?^ *```/gm, "");

/** What GitHub makes of a heading. */
const anchorsOf = (text: string): string[] =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("every relative link of the pages leads to a file and, with #, to a heading of it", () => {
  const broken: string[] = [];
  let links = 0;
  for (const [page, text] of texts)
    for (const [, target = ""] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links += 1;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : normalize(join(dirname(page), path));
      const found =
        existsSync(file) &&
        (anchor === undefined || anchorsOf(texts.get(file) ?? "").includes(anchor));
      if (!found) broken.push(`${page}: ${target}`);
    }
  expect(broken).toEqual([]);
  expect(links).toBeGreaterThan(40);
});

test("every path that the pages name exists", () => {
  const missing: string[] = [];
  let paths = 0;
  for (const [page, text] of texts)
    for (const [, path = ""] of text.matchAll(
      /`((?:src|test|docs|bench|migrations)\/[\w./{},*-]*)`/g,
    )) {
      paths += 1;
      const found = /[{*]/.test(path)
        ? !new Glob(path).scanSync({ onlyFiles: false }).next().done
        : existsSync(path);
      if (!found) missing.push(`${page}: ${path}`);
    }
  expect(missing).toEqual([]);
  expect(paths).toBeGreaterThan(100);
});

test("a decision record has a date, a status and the five sections", () => {
  const records = pages.filter((page) => page.startsWith("docs/adr/0"));
  expect(records.length).toBeGreaterThan(14);
  for (const record of records) {
    const number = /(\d{4})-/.exec(record)?.[1] ?? "";
    const text = texts.get(record) ?? "";
    expect([record, text.split("\n", 1)[0]]).toEqual([
      record,
      expect.stringMatching(new RegExp(`^# ADR ${number}: \\S`)),
    ]);
    expect([record, /^- Date: \d{4}-\d\d-\d\d/m.test(text), /^- Status: \w/m.test(text)]).toEqual([
      record,
      true,
      true,
    ]);
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect([record, ...sections]).toEqual([
      record,
      "Context",
      "Decision",
      "Consequences",
      "Measured",
    ]);
  }
});

test("the list of decision records has each of them with its title", () => {
  const records = pages.filter((page) => page.startsWith("docs/adr/0"));
  const rows = records.map((record) => {
    const title = /^# ADR (\d{4}): (.+)$/m.exec(texts.get(record) ?? "");
    return [`[${title?.[1]}](${record.slice("docs/adr/".length)})`, title?.[2] ?? ""];
  });
  expect(tableOf(texts.get("docs/adr/README.md") ?? "", "record")).toEqual(rows);
});

test("a page or decision record that the code cites exists", async () => {
  const missing: string[] = [];
  let cited = 0;
  for (const path of new Glob("{src,test,bench}/**/*.{ts,mjs}").scanSync())
    for (const [, page = ""] of (await Bun.file(path).text()).matchAll(
      /(?<![\w/])(docs\/(?:adr\/\d{4}|[\w/-]+\.(?:md|yml|json)))/g,
    )) {
      cited += 1;
      const found = /\d{4}$/.test(page)
        ? pages.some((record) => record.startsWith(`${page}-`))
        : existsSync(page);
      if (!found) missing.push(`${path}: ${page}`);
    }
  expect(missing).toEqual([]);
  expect(cited).toBeGreaterThan(20);
});
