import { expect, test } from "bun:test";
import { withApp } from "../../support/app.ts";
import { concretePath, MATRIX } from "../../support/http/role-matrix.ts";

/** `AÇÚCAR` in ISO-8859-1, half a character, a surrogate, an invalid byte; and U+FFFD, which a runtime writes for a raw one. */
const NOT_UTF8 = ["A%C7%DACAR", "%C3", "%ED%A0%80", "a%ffb", "A%EF%BF%BDUCAR"];

const GETS = MATRIX.filter(([method]) => method === "get").map(([, path]) => concretePath(path));

test("a query that is not UTF-8 is 422 with the parameter's name, on every route", () =>
  withApp(async ({ send }) => {
    for (const path of GETS)
      for (const query of [
        ...NOT_UTF8.map((bytes) => `search=${bytes}`),
        ...NOT_UTF8.map((bytes) => `low=&search=${bytes}&page=1`),
        "a%ff=1",
        "%C7",
      ]) {
        const { status, body } = await send("GET", `${path}?${query}`);
        expect([path, query, status, body.code]).toEqual([
          path,
          query,
          422,
          "request.invalid_encoding",
        ]);
      }
    const { body } = await send("GET", "/api/stock?limit=1&search=A%C7%DACAR");
    expect(body.detail).toContain("search");
  }));

test("a path that is not UTF-8 is 422", () =>
  withApp(async ({ send }) => {
    for (const bytes of NOT_UTF8)
      expect((await send("GET", `/api/jobs/${bytes}`)).body.code).toBe("request.invalid_encoding");
    expect((await send("GET", "/api/jobs/A%C3%87")).body.code).toBe("job.not_found");
    for (const search of ["A%C3%87%C3%9ACAR", "100%", "%zz", "%F0%9F%98%80", "AÇÚCAR"])
      expect((await send("GET", `/api/stock?search=${search}`)).status).toBe(200);
  }));

test("a missing token, an unknown path and a wrong method are answered before the encoding", () =>
  withApp(async ({ send }) => {
    expect((await send("GET", "/api/stock?search=%ff", { as: "anonymous" })).status).toBe(401);
    expect((await send("DELETE", "/api/stock?search=%ff")).status).toBe(405);
  }));

test("an invalid or repeated Host is 400 on every route", () =>
  withApp(async ({ send }) => {
    for (const host of ["a, b", "a, a", "[", "a b", "a/b", "a@b", "a:b", "a:123456", "[::1", "ção"])
      for (const path of ["/api/health", "/api/stock?search=", "/nada"]) {
        const { status, body } = await send("GET", path, { headers: { host } });
        expect([host, status, body.code]).toEqual([host, 400, "request.invalid_host"]);
      }
    for (const host of ["localhost", "loja.example.com:8003", "10.0.0.7:80", "[::1]:8003", "a_b"])
      expect((await send("GET", "/api/health", { headers: { host } })).status).toBe(200);
  }));

test("a URL of any shape is checked in linear time", () =>
  withApp(async ({ send }) => {
    const long = 400_000;
    for (const query of [
      "?".repeat(long),
      "&=".repeat(long / 2),
      "a=&".repeat(long / 3),
      "%41".repeat(long / 3),
    ]) {
      const started = performance.now();
      expect((await send("GET", `/api/health?${query}`)).status).toBe(200);
      // Quadratic time would take minutes.
      expect(performance.now() - started).toBeLessThan(3_000);
    }
  }));

test("a header of any shape is checked in linear time", () =>
  withApp(async ({ send }) => {
    const blanks = " ".repeat(100_000);
    for (const name of [
      "if-none-match",
      "authorization",
      "content-type",
      "accept-encoding",
      "range",
    ])
      for (const path of ["/api/stock", "/api/export/stock", "/api/exports/unknown/file"]) {
        const started = performance.now();
        await send("GET", path, { headers: { [name]: `Bearer${blanks}x,${blanks};${blanks}y` } });
        expect(performance.now() - started).toBeLessThan(3_000);
      }
  }));
