import { expect, test } from "bun:test";
import { memoryPage } from "../../src/platform/memory/page-files.ts";
import { answerOf, withApp } from "../support/app.ts";
import { PAGE } from "../support/ports.ts";

const ADDRESSES = ["/", "/entrar", "/notas", "/notas/352/x", "/de-para", "/admin/usuarios"];

test("the document is answered at each address of the page, without a login, and is asked for again each time", () =>
  withApp(async ({ send }) => {
    for (const path of ADDRESSES) {
      const { status, text, headers } = await send("GET", path, { as: "anonymous" });
      expect([path, status, text]).toEqual([path, 200, String(PAGE["/"])]);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(headers.get("cache-control")).toBe("no-cache");
      const etag = headers.get("etag") ?? "";
      const again = await send("GET", path, { headers: { "if-none-match": etag } });
      expect([again.status, again.text]).toEqual([304, ""]);
    }
  }));

test("the document's policy allows our own files and no text that becomes code, and the API's stays", () =>
  withApp(async ({ send }) => {
    const policy = async (path: string) =>
      (await send("GET", path)).headers.get("content-security-policy");
    const ours = String(await policy("/notas"));
    expect(ours).toStartWith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; ");
    expect(ours).toEndWith("; frame-ancestors 'none'; require-trusted-types-for 'script'");
    expect(ours).not.toContain("unsafe-inline");
    expect(ours.match(/https?:|\*/g)).toBeNull();
    expect(await policy("/sw.js")).toBe(
      "default-src 'none'; connect-src 'self'; frame-ancestors 'none'",
    );
    for (const path of ["/api/stock", "/nothing", "/assets/main-0.js"])
      expect(await policy(path)).toBe("default-src 'none'; frame-ancestors 'none'");
    const { headers } = await send("GET", "/notas");
    expect(headers.get("permissions-policy")).toBe("camera=(self)");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
  }));

test("a file whose name has a hash is kept for ever, and the worker's file never", () =>
  withApp(async ({ send }) => {
    const asset = await send("GET", "/assets/main-0.js", { as: "anonymous" });
    expect([asset.status, asset.text]).toEqual([200, String(PAGE["/assets/main-0.js"])]);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    for (const path of ["/sw.js", "/manifest.webmanifest"])
      expect((await send("GET", path)).headers.get("cache-control")).toBe("no-cache");
    const missing = await send("GET", "/assets/main-1.js");
    expect([missing.status, missing.body.code]).toEqual([404, "http.not_found"]);
    expect(missing.headers.get("cache-control")).toBe("no-store");
  }));

test("an unknown path stays 404 for every method", () =>
  withApp(async ({ send }) => {
    for (const path of ["/nothing", "/index.html", "/notasx", "/assets/a/b.js", "/estoque.js"])
      for (const method of ["GET", "POST", "DELETE"]) {
        const { status, body } = await send(method, path);
        expect([method, path, status, body.code]).toEqual([method, path, 404, "http.not_found"]);
      }
    expect((await send("POST", "/api/nothing")).status).toBe(404);
    const { status, headers } = await send("POST", "/notas");
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  }));

test("no other origin reads the page's files, and their answers vary by none", () =>
  withApp(async ({ send }) => {
    const headers = { origin: "http://localhost:5173" };
    for (const path of [...ADDRESSES, "/sw.js", "/assets/main-0.js"]) {
      const answer = await send("GET", path, { headers });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      expect(answer.headers.get("vary")).toBe("Accept-Encoding");
    }
    const { headers: api } = await send("GET", "/api/health", { headers });
    expect(api.get("access-control-allow-origin")).toBe("http://localhost:5173");
  }));

test("a request for the page is logged and counted by its place, and not by its file", () =>
  withApp(async ({ send, ports }) => {
    for (const path of ["/notas", "/notas/352", "/assets/main-0.js", "/assets/other-1.css"])
      await send("GET", path);
    const routes = ports.logged.filter(({ event }) => event === "request").map((one) => one.route);
    expect(routes).toEqual(["/notas", "/notas/:below{.+}", "/assets/:file", "/assets/:file"]);
  }));

test("without its build the service starts, and says in one sentence how the page is made", () =>
  withApp(
    async ({ send }) => {
      for (const path of ["/", "/notas"]) {
        const { status, text, headers } = await send("GET", path, { as: "anonymous" });
        expect([status, headers.get("content-type")]).toEqual([503, "text/plain; charset=utf-8"]);
        expect(text).toContain("`bun src/tools/build-page.ts`");
      }
      expect((await send("GET", "/sw.js")).status).toBe(404);
      expect((await send("GET", "/api/stock")).status).toBe(200);
    },
    { page: memoryPage({}) },
  ));

test("a client gets the encoding that it names, and HEAD the headers of GET", () =>
  withApp(
    async ({ raw }) => {
      for (const [accept, encoding] of [
        ["gzip, deflate, br, zstd", "br"],
        ["gzip;q=1.0", "gzip"],
        ["br;q=0, gzip", "gzip"],
        ["identity", null],
        [undefined, null],
      ] as const) {
        const headers: Record<string, string> =
          accept === undefined ? {} : { "accept-encoding": accept };
        const got = await raw("GET", "/assets/main-0.js", { headers });
        expect([accept, got.headers.get("content-encoding")]).toEqual([accept, encoding]);
        const head = await raw("HEAD", "/assets/main-0.js", { headers });
        const { text } = await answerOf(head);
        expect([text, head.headers.get("content-length")]).toEqual([
          "",
          got.headers.get("content-length"),
        ]);
      }
    },
    {
      page: {
        file: async (_, [encoding = null]) => ({
          bytes: new Uint8Array(9),
          type: "text/javascript",
          etag: '"1"',
          encoding,
        }),
      },
    },
  ));
