import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { DOORS } from "./support/doors.ts";
import { crowdedFolders, MAX_LINES, MAY, violations } from "./support/fence.ts";

const house = new Set(new Glob("{src,test,bench}/**/*.{ts,tsx,mts,mjs}").scanSync());

test("imports go down only, and every file keeps the rules of the fence", async () => {
  const found: string[] = [];
  for (const path of house) found.push(...violations(path, await Bun.file(path).text(), house));
  expect(found).toEqual([]);
  expect(house.size).toBeGreaterThan(100);
});

test("folders do not import each other in a circle", () => {
  const open = new Set(Object.keys(MAY));
  const mayOf = (part: string) =>
    (MAY[part] ?? "").split(" ").map((to) => to.replace(":types", ""));
  for (let before = 0; open.size !== before; ) {
    before = open.size;
    for (const part of open) if (!mayOf(part).some((to) => open.has(to))) open.delete(part);
  }
  expect([...open]).toEqual([]);
});

test("a folder of src has at most 24 files", () => {
  expect(crowdedFolders(house)).toEqual([]);
});

test("a style sheet is no longer than another file may be", async () => {
  const long: string[] = [];
  for (const path of new Glob("src/**/*.css").scanSync()) {
    const lines = (await Bun.file(path).text()).trimEnd().split("\n").length;
    if (lines > MAX_LINES) long.push(`${path} has ${lines} lines`);
  }
  expect(long).toEqual([]);
});

test("AGENTS.md names every folder of src", async () => {
  const agents = await Bun.file("AGENTS.md").text();
  const folders = new Set(
    [...new Glob("src/*/**/*.{ts,tsx}").scanSync()].map((path) => path.split("/")[1] ?? ""),
  );
  expect([...folders].filter((folder) => !agents.includes(`\`${folder}/`))).toEqual([]);
  expect(folders.size).toBeGreaterThan(8);
});

describe("the fence bites", () => {
  const bites: [path: string, source: string, says: string][] = [
    // Every way to name a file
    [
      "src/nfe/x.ts",
      'import { a } from "../ingest/note/lines.ts";',
      "nfe may not import ingest/note",
    ],
    ["src/nfe/x.ts", 'import type { Ports } from "../ports/ports.ts";', "nfe may not import ports"],
    ["src/nfe/x.ts", 'import\n  "../ports/ports.ts"', "nfe may not import ports"],
    ["src/nfe/x.ts", 'const a = await import("../ports/ports.ts");', "nfe may not import ports"],
    ["src/nfe/x.ts", 'let a: import("../ports/ports.ts").Ports;', "nfe may not import ports"],
    [
      "src/nfe/x.ts",
      `const a = \`\${await import("../ports/ports.ts")}\`;`,
      "nfe may not import ports",
    ],
    ["src/nfe/x.ts", "const a = await import(name);", "imports by a path that only a run can tell"],
    ["src/nfe/x.ts", 'export { a } from "./note.ts";', "re-exports ./note.ts: no barrels"],
    ["src/nfe/x.ts", 'export type { a } from "./note.ts";', "re-exports ./note.ts: no barrels"],
    ["src/nfe/x.ts", 'export * from "./note.ts";', "re-exports ./note.ts: no barrels"],
    ["src/nfe/x.ts", 'const a = require("node:fs");', "nfe may not import node:fs"],
    ["src/lib/x.ts", 'import { createHash } from "node:crypto";', "lib may not import node:crypto"],
    ["src/nfe/x.ts", 'import "./nowhere.ts";', "imports src/nfe/nowhere.ts, which is not there"],
    // Every arrow
    ["src/lib/x.ts", 'import "../nfe/note.ts";', "lib may not import nfe"],
    ["src/lib/x.ts", 'import "../ports/ports.ts";', "lib may not import ports"],
    ["src/stock/x.ts", 'import "../ingest/note/lines.ts";', "stock may not import ingest/note"],
    ["src/stock/x.ts", 'import "../accounts/roles.ts";', "stock may not import accounts"],
    [
      "src/journal/x.ts",
      'import "../stock/posting/posting.ts";',
      "journal may not import stock/posting",
    ],
    ["src/ingest/note/x.ts", 'import "../../http/problem.ts";', "ingest/note may not import http"],
    [
      "src/ingest/note/x.ts",
      'import "../../failures.ts";',
      "ingest/note may not import failures.ts",
    ],
    ["src/accounts/x.ts", 'import "../config.ts";', "accounts may not import config.ts"],
    [
      "src/http/x.ts",
      'import "../platform/libsql/rows.ts";',
      "http may not import platform/libsql",
    ],
    ["src/http/x.ts", 'import "../app.ts";', "http may not import app.ts"],
    ["src/platform/x.ts", 'import "../nfe/note.ts";', "platform may not import nfe"],
    ["src/platform/x.ts", 'import "../accounts/token.ts";', "platform may not import accounts"],
    ["src/platform/x.ts", 'import "./bun/log.ts";', "platform may not import platform/bun"],
    [
      "src/platform/memory/x.ts",
      'import "../bun/log.ts";',
      "platform/memory may not import platform/bun",
    ],
    [
      "src/platform/cloudflare/x.ts",
      'import "../bun/log.ts";',
      "platform/cloudflare may not import platform/bun",
    ],
    ["src/ports/x.ts", 'import "../accounts/roles.ts";', "ports may not import accounts"],
    ["src/bun.ts", 'import "./reader.worker.ts";', "imports the door reader.worker.ts"],
    ["src/http/x.ts", 'import "../synthetic/trade.ts";', "http may not import synthetic"],
    [
      "src/platform/bun/x.ts",
      'new URL("../../reader.worker.ts", import.meta.url)',
      "imports the door reader.worker.ts",
    ],
    [
      "src/ingest/verdict/x.ts",
      'import "../note/lines.ts";',
      "ingest/verdict may not import ingest/note",
    ],
    [
      "src/ingest/verdict/x.ts",
      'import "../../ports/sql.ts";',
      "ingest/verdict may not import ports",
    ],
    [
      "src/ingest/verdict/x.ts",
      'import { a } from "../../accounts/company.ts";',
      "ingest/verdict may not import accounts",
    ],
    [
      "src/ingest/verdict/x.ts",
      'import { sql } from "drizzle-orm";',
      "ingest/verdict may not import drizzle-orm",
    ],
    [
      "src/ingest/note/x.ts",
      'import "../receive/receive.ts";',
      "ingest/note may not import ingest/receive",
    ],
    [
      "src/http/views/x.ts",
      'import "../routes/notes/notes.ts";',
      "http/views may not import http/routes/notes",
    ],
    ["src/ingest/x.ts", "", "belongs to no part that the fence knows"],
    ["src/new/x.ts", "", "belongs to no part that the fence knows"],
    // Packages
    [
      "src/stock/x.ts",
      'import { createClient } from "@libsql/client";',
      "stock may not import @libsql/client",
    ],
    ["src/ingest/note/x.ts", 'import { Hono } from "hono";', "ingest/note may not import hono"],
    [
      "src/http/x.ts",
      'import { readFile } from "node:fs/promises";',
      "http may not import node:fs/promises",
    ],
    ["src/stock/x.ts", 'import { h } from "preact";', "stock may not import preact"],
    // The page
    ["src/page/base/x.ts", 'import "../app.tsx";', "page/base may not import page"],
    ["src/page/notes/x.tsx", 'import "../stock/view.tsx";', "page/notes may not import page/stock"],
    [
      "src/page/notes/x.tsx",
      'import { NoteSchema } from "../../http/views/note-view.ts";',
      "page/notes may not import http/views",
    ],
    ["src/http/x.ts", 'import "../page/places.ts";', "http may not import page"],
    [
      "src/page/notes/x.tsx",
      "const a = <p>Aprovar as notas</p>; const b = c as Note;",
      "casts outside lib/cast.ts",
    ],
    [
      "src/page/notes/x.tsx",
      "<p><b>{many}</b> as notas</p>; <i>{b as Note}</i>",
      "casts outside lib/cast.ts",
    ],
    // Purity
    ["src/stock/x.ts", "const a = Date.now();", "uses Date.now("],
    ["src/stock/x.ts", "const a = new Date();", "uses new Date()"],
    ["src/stock/x.ts", "const a = [Math.random()];", "uses Math.random"],
    ["src/http/x.ts", "const a = process.env.A;", "uses process."],
    ["src/http/x.ts", "const a = Bun.file('');", "uses Bun."],
    ["src/http/x.ts", "console.log(1);", "uses console."],
    ["src/http/x.ts", "setTimeout(a, 1);", "uses setTimeout"],
    ["src/export/x.ts", "await fetch('http://x')", "uses fetch("],
    // Rules of a file
    ["src/nfe/x.ts", "const a = b as Note;", "casts outside lib/cast.ts"],
    ["src/nfe/x.ts", "const a = /[/]as x/.test(b) as unknown;", "casts outside lib/cast.ts"],
    ["src/nfe/x.ts", `const a = \`\${\`\${b as Note}\`}\`;`, "casts outside lib/cast.ts"],
    ["src/nfe/x.ts", "// one\n".repeat(321), "has 321 lines"],
    ["src/nfe/xml-utils.ts", "", "is named xml-utils.ts"],
    ["src/http/helpers/x.ts", "", "is named helpers"],
    ["test/common/x.ts", "", "is named common"],
  ];
  for (const [path, source, says] of bites)
    test(`${says}: ${source.slice(0, 60).replaceAll("\n", " ") || path}`, () => {
      expect(violations(path, source, house).some((one) => one.endsWith(says))).toBe(true);
    });

  test("at the 25th file of a folder, and at no file of those below it", () => {
    const room = Array.from({ length: 24 }, (_, n) => `src/stock/${n}.ts`);
    expect(crowdedFolders([...room, "src/stock/lots/x.ts", "test/stock/x.ts"])).toEqual([]);
    expect(crowdedFolders([...room, "src/stock/x.ts"])).toEqual(["src/stock has 25 files"]);
  });

  test("at every door", () => {
    const doors = DOORS.map((door) => `src/${door}`);
    for (const door of DOORS)
      expect(violations("src/http/x.ts", `import "../${door}";`, new Set(doors))).toEqual([
        `src/http/x.ts:1 imports the door ${door}`,
      ]);
  });

  test("and at nothing that is allowed", () => {
    const innocent = [
      'import type { Value } from "../ports/ports.ts";',
      'import { toScaled as scaled } from "../lib/decimal.ts";',
      'import * as decimal from "../lib/decimal.ts";',
      "// a as b, Date.now(), import('../http/x.ts')",
      `const sql = "select a as b"; const more = \`select a as b, \${sql} as c from d\`;`,
      "const list = [1] as const; const division = a / b / c; const as = 1; x.as = as;",
      "const at = new Date(0); clock.now(); reader.fetch(1); ports.process.x; mine.setTimeout;",
      "const pattern = /as x, Date.now()/; const both = a ? /'/ : /`/;",
    ].join("\n");
    expect(violations("src/stock/x.ts", innocent, house)).toEqual([]);
  });

  test("and at no word of the page", () => {
    const innocent = [
      "<p>Aprovar as notas que d'água pedem</p>",
      '<p>{many} as prontas <b>e as outras</b>, as {rest} de ontem{" "}</p>',
      "<View title={name} /> ; <br />",
      "const a = <T,>(b: T) => c < d / e / f;",
    ].join("\n");
    expect(violations("src/page/notes/x.tsx", innocent, house)).toEqual([]);
  });
});
