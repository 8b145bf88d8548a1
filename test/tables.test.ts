import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import {
  EXCEPTIONS,
  exceptionOf,
  mayUse,
  OWNERS,
  tablesOf,
  tableViolations,
} from "./support/table-fence.ts";

const sources = await Promise.all(
  [...new Glob("src/**/*.ts").scanSync()].map(async (path) => ({
    path,
    source: await Bun.file(path).text(),
  })),
);

test("tables are written by their owner and read by the folders above it", () => {
  expect(sources.flatMap(({ path, source }) => tableViolations(path, source))).toEqual([]);
});

test("every exception of the table fence is needed", () => {
  const used = sources.flatMap(({ path, source }) =>
    tablesOf(source)
      .filter((use) => !mayUse(path, use))
      .map((use) => exceptionOf(path, use)),
  );
  expect(Object.keys(EXCEPTIONS).filter((exception) => !used.includes(exception))).toEqual([]);
});

test("every table has an owner", async () => {
  const migrations = await Promise.all(
    [...new Glob("migrations/*.sql").scanSync()].map((path) => Bun.file(path).text()),
  );
  const made = new Set<string>();
  for (const sql of migrations.join("\n").matchAll(/^(?:CREATE TABLE|.*RENAME TO) (\w+)/gm))
    if (!/_with_|_told_|_valued$/.test(sql[1] ?? "")) made.add(sql[1] ?? "");
  expect([...made].sort()).toEqual(Object.keys(OWNERS).sort());
});

/** Plain columns between `select` and `from`, under an alias or without. */
const PLAIN = /["`]\s*select\s+((?:\w+\.)?\w+(?:,\s*(?:\w+\.)?\w+)*)\s+from\s+(\w+)/g;
/** So many columns read one by one would be a second row type of the table. */
const MANY_COLUMNS = 5;
/** Its rows are copied as they are, into the database of another home. */
const COPIES = "src/homes/people.ts";

test("five columns and more of a declared table are read by its declaration", () => {
  const declared = new Set<string>();
  for (const { source } of sources)
    for (const [, name = ""] of source.matchAll(/sqliteTable\(\s*"(\w+)"/g)) declared.add(name);
  expect(declared.size).toBeGreaterThan(10);
  const byHand: string[] = [];
  for (const { path, source } of sources)
    for (const [, columns = "", table = ""] of source.matchAll(PLAIN))
      if (path !== COPIES && declared.has(table) && columns.split(",").length >= MANY_COLUMNS)
        byHand.push(`${path}: ${columns} of ${table}`);
  expect(byHand).toEqual([]);
});

describe("the table fence refuses", () => {
  const refused: [path: string, source: string, says: string][] = [
    ["src/stock/x.ts", 'const sql = "select 1 from notes";', "reads notes of ingest"],
    [
      "src/stock/x.ts",
      "`with a as (select 1)\n select 1 from a join users u`",
      "reads users of accounts",
    ],
    ["src/journal/x.ts", "`select version from balances`", "reads balances of stock"],
    [
      "src/ingest/note/x.ts",
      '"insert into movements (id) values (1)"',
      "writes movements of stock",
    ],
    ["src/ingest/note/x.ts", '"insert into events (id) values (1)"', "writes events of journal"],
    [
      "src/http/routes/accounts/x.ts",
      '"update companies set name = ?1"',
      "writes companies of accounts",
    ],
    ["src/mail/x.ts", '"DELETE\\nFROM users"'.replace("\\n", " "), "writes users of accounts"],
    ["src/stock/x.ts", `\`\${a} from "nfe_events" e\``, "reads nfe_events of ingest"],
    ["src/cli/x.ts", '"update products set name = 1"', "writes products of stock"],
  ];
  for (const [path, source, says] of refused)
    test(`${says}: ${source.replaceAll("\n", " ")}`, () => {
      expect(tableViolations(path, source).map((one) => one.replace(/^\S+ /, ""))).toEqual([says]);
    });

  test("no use that is allowed", () => {
    const allowed: [path: string, source: string][] = [
      ["src/stock/x.ts", "// select 1 from notes"],
      ["src/stock/x.ts", '"select 1 from movements join products p on true"'],
      ["src/ingest/note/x.ts", '"select 1 from products"'],
      [
        "src/ingest/note/x.ts",
        '"update notes set status = 1 where exists (select 1 from movements)"',
      ],
      ["src/cli/x.ts", '"select 1 from users"'],
      ["src/stock/x.ts", "insert(from(notes))"],
      ["src/stock/x.ts", '"on conflict do update set users = 1"'],
    ];
    for (const [path, source] of allowed) expect(tableViolations(path, source)).toEqual([]);
  });
});
