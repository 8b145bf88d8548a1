import { beforeAll, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { builtPage } from "./built-page.ts";

const KIB = 1024;
let folder = "";
let html = "";

beforeAll(async () => {
  folder = await builtPage();
  html = await Bun.file(`${folder}/index.html`).text();
});

/** What travels: gzip, but a font is compressed already. */
async function sentBytes(address: string): Promise<number> {
  const bytes = await Bun.file(`${folder}${address}`).bytes();
  return address.endsWith(".woff2") ? bytes.length : Bun.gzipSync(bytes, { level: 6 }).length;
}

const sum = async (addresses: readonly string[]): Promise<number> =>
  (await Promise.all(addresses.map(sentBytes))).reduce((all, one) => all + one, 0);

const named = (pattern: RegExp): string[] => [
  ...new Set([...html.matchAll(pattern)].map(([, address = ""]) => address)),
];

test("the first load takes at most 100 KiB, its script at most 40", async () => {
  const scripts = named(/(?:src|modulepreload" href)="(\/assets\/[^"]+\.js)"/g);
  const all = named(/(?:src|href)="(\/assets\/[^"]+)"/g);
  expect(scripts.length).toBeGreaterThan(0);
  expect(await sum(scripts)).toBeLessThan(40 * KIB);
  expect((await sum(all)) + Bun.gzipSync(html).length).toBeLessThan(100 * KIB);
});

test("a view takes at most 15 KiB, script and style sheet", async () => {
  const names = (await readdir(`${folder}/assets`)).map((name) => `/assets/${name}`);
  const lazy = names.filter((name) => /\.(?:js|css)$/.test(name) && !html.includes(name));
  expect(lazy.length).toBeGreaterThan(7);
  for (const name of lazy) expect([name, (await sentBytes(name)) < 15 * KIB]).toEqual([name, true]);
});

test("every file of the page but the document has a hash in its name or is asked for again each time", async () => {
  // docs/ is the viewer of the contract, which the build of the page only copies.
  expect((await readdir(folder)).filter((name) => name !== "docs").sort()).toEqual([
    "_headers",
    "assets",
    "index.html",
    "manifest.webmanifest",
    "sw.js",
  ]);
  for (const name of await readdir(`${folder}/assets`)) expect(name).toMatch(/-[0-9a-z]{8,}\.\w+$/);
});

test("the document names no other host and has no inline script", () => {
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|<style/);
});

test("every style sheet of the source is imported once, by the sheet of its view or of the page", async () => {
  const imported: string[] = [];
  const sheets: string[] = [];
  for (const path of new Glob("src/page/**/*.css").scanSync()) {
    if (!path.endsWith("/style.css")) sheets.push(path);
    for (const [, to = ""] of (await Bun.file(path).text()).matchAll(/@import "(.+?)"/g))
      imported.push(join(dirname(path), to));
  }
  expect(imported.sort()).toEqual(sheets.sort());
});
