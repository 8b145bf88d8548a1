import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";

const MARK = "zqx7";
/** Known attacks: quotes, comments, stacked statements, wildcards, nulls, templates, numbers that are SQL. */
const HOSTILE = [
  `${MARK}' OR '1'='1`,
  `${MARK}'; DELETE FROM movements; --`,
  `1 OR 1=1 /*${MARK}*/`,
  `${MARK}") UNION SELECT email, password_hash FROM users --`,
  `%${MARK}_%`,
  `\${${MARK}} {{${MARK}}} ?1 :name $1 @p`,
  `${MARK}\\' OR 1=1 --`,
];

/** Records every SQL text that any connection executes. */
function watchedTexts({ ports }: TestApp): Set<string> {
  const texts = new Set<string>();
  const { reading, drizzleClient, writing } = ports.database;
  for (const client of [reading, drizzleClient, writing]) {
    const execute = client.execute.bind(client);
    client.execute = (statement: Parameters<typeof execute>[0]) => {
      texts.add(typeof statement === "string" ? statement : statement.sql);
      return execute(statement);
    };
  }
  const batch = writing.batch.bind(writing);
  writing.batch = (statements, mode) => {
    for (const one of statements) texts.add(typeof one === "string" ? one : one.sql);
    return batch(statements, mode);
  };
  return texts;
}

test("S1: text from a client is a value and never part of a statement, on every route", () =>
  withApp(async (service) => {
    const { send, upload } = service;
    await upload(syntheticNote().xml, "?approve=true");
    const counts = async () =>
      service.rows(`select (select count(*) from movements) as movements, (select count(*) from notes) as notes,
        (select count(*) from users) as users, (select count(*) from products) as products`);
    const before = await counts();
    const texts = watchedTexts(service);
    for (const text of HOSTILE) {
      const q = encodeURIComponent(text);
      for (const path of [
        `/api/nfes?search=${q}`,
        `/api/nfes?supplier=${q}`,
        `/api/nfes?product_code=${q}`,
        `/api/nfes/${q}`,
        `/api/products?search=${q}`,
        `/api/stock?search=${q}`,
        `/api/stock?category_id=${q}`,
        `/api/movements/list?product_code=${q}`,
        `/api/movements/list?origin=${q}&reference=${q}`,
        `/api/supplier-items?product_code=${q}`,
        `/api/export/movements?product_code=${q}&reference=${q}`,
        `/api/export/stock?search=${q}`,
        `/api/events?after=${q}`,
        `/api/keys?page=${q}`,
      ]) {
        const answer = await send("GET", path);
        expect([path, answer.status < 500]).toEqual([path, true]);
        // No row matches these texts: an injected condition would return all rows.
        if (answer.body?.data !== undefined) expect([path, answer.body.data]).toEqual([path, []]);
      }
      for (const [method, path, json] of [
        ["POST", "/api/login", { email: text, password: text }],
        ["POST", "/api/movements", { product_code: text, type: "SAIDA", quantity: 1, notes: text }],
        ["POST", "/api/keys", { name: text, role: "VISUALIZADOR" }],
        ["DELETE", `/api/keys/${q}`, undefined],
        ["POST", `/api/nfes/${q}/process`, undefined],
        ["PATCH", "/api/company", { name: text }],
      ] as const) {
        const answer = await send(method, path, json === undefined ? {} : { json });
        expect([method, path, answer.status < 500]).toEqual([method, path, true]);
      }
    }
    expect(await counts()).toEqual(before);
    expect(texts.size).toBeGreaterThan(15);
    expect([...texts].filter((sql) => sql.includes(MARK))).toEqual([]);
    const [{ name } = { name: null }] = await service.rows(
      "select name from companies where id = 1",
    );
    expect(name).toBe(HOSTILE.at(-1));
  }));

test("S23: no answer shows a statement, a table, a file path or a stack", () =>
  withApp(async (service) => {
    const { send, ports } = service;
    const answers: string[] = [];
    const ask = async (path: string) => {
      // `instance` is the requested path, which the caller knows already.
      const { instance, ...answer } = (await send("GET", path)).body;
      answers.push(JSON.stringify(answer));
    };
    for (const text of HOSTILE) {
      const q = encodeURIComponent(text);
      for (const path of [`/api/nfes?page=${q}`, `/api/nfes/${q}`, `/api/stock?category_id=${q}`])
        await ask(path);
    }
    ports.reader.rows = () =>
      Promise.reject(new Error("no such table: users in SELECT * FROM users"));
    await ask("/api/stock");
    for (const text of answers)
      expect(text).not.toMatch(
        /select |insert |sqlite|libsql|node_modules|\/src\/|\.ts:|at \w+ \(/i,
      );
  }));

test("every answer forbids sniffing, framing, scripts and referrers", () =>
  withApp(async ({ send }) => {
    for (const [method, path, as] of [
      ["GET", "/api/health", "anonymous"],
      ["GET", "/api/nfes", "anonymous"],
      ["GET", "/api/nfes", "ADMIN"],
      ["GET", "/nowhere", "anonymous"],
      ["DELETE", "/api/health", "anonymous"],
      ["GET", "/api/export/stock", "ADMIN"],
      ["GET", "/openapi.json", "anonymous"],
      ["POST", "/api/login", "anonymous"],
    ] as const) {
      const { headers } = await send(method, path, { as });
      const seen = [
        "x-content-type-options",
        "x-frame-options",
        "content-security-policy",
        "referrer-policy",
        "cross-origin-resource-policy",
        "strict-transport-security",
      ].map((name) => headers.get(name));
      expect([path, ...seen]).toEqual([
        path,
        "nosniff",
        "DENY",
        "default-src 'none'; frame-ancestors 'none'",
        "no-referrer",
        "same-site",
        "max-age=15552000; includeSubDomains",
      ]);
      expect(headers.get("server")).toBeNull();
      expect(headers.get("x-powered-by")).toBeNull();
    }
  }));
