import { expect, test } from "bun:test";
import { Glob } from "bun";
import { type Answer, withApp } from "../support/app.ts";

const KEY = "35260911222333000181550010000001231000000420";

/** An answer is a problem document with every member of docs/api.md, and without internals. */
function isProblem(answer: Answer, status: number, code: string) {
  expect([answer.status, answer.body?.code]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toStartWith("application/problem+json");
  expect(answer.body.error).toBe(answer.body.detail);
  // A copy, because the matcher writes its asymmetric members into the object.
  expect({ ...answer.body }).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.any(String),
    request_id: answer.headers.get("x-request-id"),
  });
  expect(answer.text).not.toMatch(/\bat [\w.]+ \(|select |insert |SQLITE|libsql/i);
}

test("every error exit is a problem document", () =>
  withApp(async ({ send }) => {
    const json = { "content-type": "application/json" };
    isProblem(await send("GET", "/api/stock", { as: "anonymous" }), 401, "auth.required");
    isProblem(await send("GET", "/api/nada"), 404, "http.not_found");
    isProblem(await send("GET", "/nada", { as: "anonymous" }), 404, "http.not_found");
    isProblem(await send("DELETE", "/api/stock"), 405, "http.method_not_allowed");
    isProblem(
      await send("POST", "/api/movements", { body: "{", headers: json }),
      400,
      "request.malformed_json",
    );
    isProblem(await send("POST", "/api/movements", { json: {} }), 400, "request.invalid");
    isProblem(await send("GET", "/api/stock?page=0"), 422, "request.invalid");
    isProblem(await send("GET", "/api/stock?limit=abc"), 422, "request.invalid");
    isProblem(await send("GET", "/api/nfes/123"), 422, "request.invalid");
    isProblem(await send("GET", `/api/nfes/${KEY}`), 404, "nfe.not_found");
    isProblem(await send("GET", "/api/nfes?from=2026-02-30"), 422, "request.invalid");
    isProblem(
      await send("POST", "/api/movements", { body: "x".repeat(1024 * 1024 + 1), headers: json }),
      413,
      "too_large",
    );
    isProblem(
      await send("POST", "/api/nfe/batch?async=true&dry_run=true"),
      422,
      "batch.dry_run_async",
    );
    isProblem(
      await send("POST", "/api/nfe/upload", {
        body: "--x",
        headers: { "content-type": "multipart/form-data" },
      }),
      400,
      "malformed_multipart",
    );
    isProblem(
      await send("POST", "/api/nfe/upload", {
        body: "{}",
        headers: { "content-type": "image/png" },
      }),
      415,
      "unsupported_media_type",
    );
  }));

test("a wrong method is answered with the allowed methods", () =>
  withApp(async ({ send }) => {
    const { headers } = await send("DELETE", "/api/stock");
    expect(headers.get("allow")).toContain("GET");
  }));

test("a field error has a JSON pointer and a sentence", () =>
  withApp(async ({ send }) => {
    const { body } = await send("POST", "/api/movements", {
      json: { product_code: "A", type: "ENTRADA", quantity: "1.23456" },
    });
    expect(body.errors).toMatchObject([
      { path: "/quantity", message: "tem casas decimais demais" },
    ]);
  }));

test("JSON is read whatever its Content-Type says", () =>
  withApp(async ({ send }) => {
    const body = JSON.stringify({ product_code: "nada", type: "ENTRADA", quantity: 1 });
    for (const type of [
      "text/plain",
      "application/json; charset=utf-8",
      "application/x-www-form-urlencoded",
    ])
      isProblem(
        await send("POST", "/api/movements", { body, headers: { "content-type": type } }),
        404,
        "product.not_found",
      );
  }));

test("a crash is a problem without a stack", () =>
  withApp(
    async ({ send, ports }) => {
      isProblem(await send("GET", "/api/health/full"), 500, "internal");
      expect(ports.logged.find((line) => line.event === "request.crashed")).toMatchObject({
        level: "error",
      });
    },
    {
      health: {
        check: async () => {
          throw new Error("select * from secrets");
        },
      },
    },
  ));

test("the caller's request id comes back only if it is safe for a log", () =>
  withApp(async ({ send }) => {
    const good = await send("GET", "/api/health", { headers: { "x-request-id": "abc-123" } });
    expect(good.headers.get("x-request-id")).toBe("abc-123");
    const bad = await send("GET", "/api/health", { headers: { "x-request-id": 'a"b c' } });
    expect(bad.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  }));

test("CORS is an allow-list: localhost in development and configured origins", () =>
  withApp(
    async ({ raw }) => {
      const allowed = async (origin: string) => {
        const response = await raw("OPTIONS", "/api/stock", {
          as: "anonymous",
          headers: { origin, "access-control-request-method": "GET" },
        });
        return response.headers.get("access-control-allow-origin");
      };
      expect(await allowed("http://localhost:5173")).toBe("http://localhost:5173");
      expect(await allowed("https://loja.example")).toBe("https://loja.example");
      expect(await allowed("https://evil.example")).toBeNull();
      expect(await allowed("http://localhost.evil.example")).toBeNull();
    },
    { config: { CORS_ORIGINS: ["https://loja.example"] } },
  ));

test("CORS allows no header that nothing reads", () =>
  withApp(async ({ raw }) => {
    const headers = { origin: "http://localhost:5173", "access-control-request-method": "POST" };
    const preflight = await raw("OPTIONS", "/api/stock", { as: "anonymous", headers });
    const allowed = preflight.headers.get("access-control-allow-headers")?.split(",") ?? [];
    expect(allowed.length).toBeGreaterThan(4);
    const sources = [...new Glob("src/{http,journal}/**/*.ts").scanSync(".")];
    const texts = await Promise.all(sources.map((path) => Bun.file(path).text()));
    const source = texts.join("").toLowerCase();
    for (const name of allowed) {
      // Read by name, or declared in a route's schema of headers.
      const read = [`header("${name}")`, `get("${name}")`, `"${name}": `];
      expect([name, read.some((way) => source.includes(way.toLowerCase()))]).toEqual([name, true]);
    }
  }));

test("CORS allows every header that a route takes, and shows those that an answer has", () =>
  withApp(async ({ raw, send }) => {
    const origin = "http://localhost:5173";
    const headers = { origin, "access-control-request-method": "POST" };
    const preflight = await raw("OPTIONS", "/api/stock", { as: "anonymous", headers });
    const answer = await raw("GET", "/api/stock", { headers: { origin } });
    const named = (from: Response, name: string) =>
      (from.headers.get(name) ?? "").toLowerCase().split(",");
    const allowed = named(preflight, "access-control-allow-headers");
    const shown = named(answer, "access-control-expose-headers");
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    const { components, paths } = body;
    const operations: { parameters?: Parameter[] }[] = Object.values(paths).flatMap((path) =>
      Object.values(path ?? {}),
    );
    const given = [
      ...Object.values<Parameter>(components.parameters),
      ...operations.flatMap(({ parameters = [] }) => parameters),
    ].flatMap(({ in: where, name }) => (where === "header" && name !== undefined ? [name] : []));
    expect(new Set(given).size).toBeGreaterThan(2);
    for (const name of given) expect([name, allowed.includes(name)]).toEqual([name, true]);
    for (const name of ["Idempotency-Replayed", ...Object.keys(components.headers)])
      expect([name, shown.includes(name.toLowerCase())]).toEqual([name, true]);
  }));

interface Parameter {
  readonly in?: string;
  readonly name?: string;
}
