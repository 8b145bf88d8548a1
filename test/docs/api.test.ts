import { afterAll, beforeAll, expect, test } from "bun:test";
import { Glob } from "bun";
import { STATUS_OF } from "../../src/http/failure-status.ts";
import { FEED_EVENT_TYPES } from "../../src/journal/feed-events.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { tableOf } from "./page-tables.ts";

const page = await Bun.file("docs/api.md").text();

interface Operation {
  readonly "x-permission": string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in?: string;
    readonly description?: string;
    readonly schema?: { readonly maximum?: number };
  }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

let service: TestApp;
let operations: ReadonlyMap<string, Operation>;
let declared: ReadonlySet<string>;
beforeAll(async () => {
  service = await testApp();
  const { body } = await service.send("GET", "/openapi.json", { as: "anonymous" });
  declared = new Set(Object.keys(body.components.schemas.Problem.properties));
  const paths: Record<string, Record<string, Operation>> = body.paths;
  operations = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one]),
    ),
  );
});
afterAll(() => service.close());

/** Route, needs, parameters, answer and failures of each row. */
const rows = tableOf(page, "route").map(([route = "", needs = "", given = "", answer = ""]) => ({
  route: route.replaceAll("`", ""),
  needs,
  given,
  answer,
}));
const rowOf = (route: string) => rows.find((row) => row.route === route);

const LEAST_ROLE: Readonly<Record<string, string>> = {
  open: "open",
  self: "self",
  read: "VISUALIZADOR",
  agent: "OPERADOR",
  operate: "OPERADOR",
  manage: "GERENTE",
  administer: "ADMIN",
};

test("the contract's page has every route of /openapi.json and no other", () => {
  expect(rows.map(({ route }) => route).sort()).toEqual([...operations.keys()].sort());
});

test("a route's row names the role that it needs", () => {
  for (const [route, { "x-permission": permission }] of operations)
    expect([route, rowOf(route)?.needs.split(/[;,] /)[0]]).toEqual([route, LEAST_ROLE[permission]]);
});

test("a route's row names every parameter of its query", () => {
  // A parameter of all POSTs is a reference; the ground rules name it.
  for (const [route, { parameters = [] }] of operations)
    for (const { name, in: where } of parameters)
      if (where !== undefined && where !== "path")
        expect([route, name, rowOf(route)?.given.includes(`\`${name}\``)]).toEqual([
          route,
          name,
          true,
        ]);
});

test("each day, limit and wait of a query says in the contract what it counts, and its greatest value", () => {
  const seen = new Set<string>();
  for (const [route, { parameters = [] }] of operations)
    for (const { name, description, schema } of parameters) {
      if (!/^(?:from|to|start_date|end_date|limit|wait|dry_run|approve|async)$/.test(name))
        continue;
      seen.add(name);
      expect([route, name, description ?? ""]).toEqual([route, name, expect.stringMatching(/./)]);
      if (/^(?:limit|wait)$/.test(name))
        expect([route, name, schema?.maximum ?? 0]).toEqual([
          route,
          name,
          Number(/\d+$/.exec(description ?? "")?.[0]),
        ]);
    }
  expect(seen.size).toBe(9);
});

test("a route's row names the statuses that it answers with", () => {
  for (const [route, { responses }] of operations) {
    const statuses = Object.keys(responses).filter((status) => /^[23]/.test(status));
    const named = rowOf(route)?.answer.match(/\b[23]\d\d\b/g) ?? [];
    expect([route, ...new Set(named)].sort()).toEqual([route, ...statuses].sort());
  }
});

test("the table of failure codes has every code with its status", () => {
  const table = tableOf(page, "code").map(([code = "", status]) => [
    code.replaceAll("`", ""),
    status,
  ]);
  const statuses = Object.entries(STATUS_OF).map(([code, status]) => [code, String(status)]);
  expect(table.sort()).toEqual(statuses.sort());
});

test("the failures that a row names stand in the table of failure codes", () => {
  const known = new Set(tableOf(page, "code").map(([code]) => code));
  const named = tableOf(page, "route").flatMap(
    ([, , , , failures = ""]) => failures.match(/`[a-z_]+(?:\.[a-z_]+)?`/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((code) => code !== "`request.invalid`" && !known.has(code))).toEqual([]);
});

test("the table of events has every type of the feed and no other", () => {
  const types = tableOf(page, "type").flatMap(
    ([cell = ""]) => cell.match(/[a-z_]+\.[a-z_]+/g) ?? [],
  );
  expect(types.sort()).toEqual([...FEED_EVENT_TYPES].sort());
});

test("the table of findings has every code of the reader and of the rules, and no unknown one", async () => {
  const source = new Map<string, string>();
  for (const path of new Glob("src/{nfe,ingest}/**/*.ts").scanSync())
    source.set(path, await Bun.file(path).text());
  const params = /interface NfeFindingParams \{([\s\S]*?)^\}/m.exec(
    source.get("src/nfe/findings.ts") ?? "",
  )?.[1];
  const codes = [
    ...[...(params ?? "").matchAll(/^ {2}readonly ([a-z_]+):/gm)].map(([, code = ""]) => code),
    ...[...source.values()].flatMap((text) =>
      [...text.matchAll(/finding: \{\s*code: "([a-z_]+)"/g)].map(([, code = ""]) => code),
    ),
  ];
  expect(codes.length).toBeGreaterThan(30);
  const table = tableOf(page, "finding").flatMap(([cell = ""]) => cell.match(/[a-z_]+/g) ?? []);
  expect(codes.filter((code) => !table.includes(code))).toEqual([]);
  const all = [...source.values()].join("\n");
  expect(table.filter((code) => !new RegExp(`\\b${code}\\b`).test(all))).toEqual([]);
});

test("each member of the table of failure codes is declared in the contract's Problem", () => {
  const named = tableOf(page, "code").flatMap(([, , , cell = ""]) =>
    // In parentheses: what the elements of a list have.
    [...cell.replaceAll(/\([^)]*\)|\/[\w/]+/g, "").matchAll(/`(\w+)`/g)].map(
      ([, name = ""]) => name,
    ),
  );
  expect(named.length).toBeGreaterThan(60);
  expect([...new Set(named)].filter((name) => !declared.has(name))).toEqual([]);
});

test("the table of failure codes names the members that the source gives each of them", async () => {
  const files = [...new Glob("src/**/failures.ts").scanSync()].map((path) => Bun.file(path).text());
  const source = (await Promise.all(files)).join("\n");
  const problem = await Bun.file("src/http/problem.ts").text();
  const internal = /INTERNAL_FIELDS = new Set\(\[([^\]]*)\]/.exec(problem)?.[1] ?? "";
  const members = new Map<string, Set<string>>();
  for (const [, code = "", rest = ""] of source.matchAll(
    /\{[^{}]*?code: "([a-z_.]+)"([^{}]*)\}/g,
  )) {
    const known = members.get(code) ?? new Set();
    for (const [, name = ""] of rest.replaceAll(/"[^"]*"/g, "").matchAll(/(\w+)\??:/g))
      if (!internal.includes(`"${name}"`) || problem.includes(`"${code}": "${name}"`))
        known.add(name === "status" ? "note_status" : name);
    members.set(code, known);
  }
  expect(members.size).toBeGreaterThan(60);
  for (const [code = "", , , cell = ""] of tableOf(page, "code")) {
    const known = members.get(code.replaceAll("`", ""));
    // The position of a malformed JSON is a type of the parser's; a mailbox has codes only.
    if (known === undefined || code === "`request.malformed_json`") continue;
    const named = [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect([code, ...named.sort()]).toEqual([code, ...[...known].sort()]);
  }
});
