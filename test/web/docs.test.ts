import { expect, test } from "bun:test";
import { docsFolder, withDocs } from "../../src/platform/bun/files/docs-files.ts";
import { memoryPage } from "../../src/platform/memory/page-files.ts";
import { withApp } from "../support/app.ts";

const page = withDocs(memoryPage({ "/": "<!doctype html>" }));
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

test("/docs shows the contract without a login, and loads nothing but files of this server", () =>
  withApp(
    async ({ send }) => {
      const { status, text, headers } = await send("GET", "/docs", { as: "anonymous" });
      expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
      expect(loaded).toEqual([
        "data:,",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/start.js",
        "/openapi.json",
      ]);
      for (const path of loaded.slice(1, -1)) {
        const file = await send("GET", String(path), { as: "anonymous", headers: {} });
        expect([path, file.status]).toEqual([path, 200]);
        expect(file.headers.get("content-security-policy")).toBe(POLICY);
        expect(file.headers.get("cache-control")).toBe("no-cache");
      }
      expect(headers.get("content-security-policy")).toBe(POLICY);
    },
    { page },
  ));

test("/docs has no other files and no other method, and no other origin reads it", () =>
  withApp(
    async ({ send, raw }) => {
      for (const path of ["/docs/x", "/docs/index.html", "/docs/swagger-ui.css.map", "/docs/../x"])
        expect([path, (await send("GET", path)).status]).toEqual([path, 404]);
      expect((await send("POST", "/docs")).status).toBe(405);
      const origin = "http://localhost:5173";
      const answer = await raw("GET", "/docs", { headers: { origin } });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    },
    { page },
  ));

test("the files of the contract's page are those of the installed package, whole and compressed", async () => {
  const name = "swagger-ui.css";
  const plain = await page.file(`/docs/${name}`, []);
  expect(Buffer.from(plain?.bytes ?? [])).toEqual(
    Buffer.from(await Bun.file(`${docsFolder()}/${name}`).bytes()),
  );
  expect([plain?.type, plain?.encoding]).toEqual(["text/css; charset=utf-8", null]);
  const gzip = await page.file(`/docs/${name}`, ["gzip"]);
  expect(gzip?.encoding).toBe("gzip");
  for (const path of [
    "/docs/swagger-ui.js",
    "/docs/package.json",
    "/docs/",
    "/docs/../package.json",
  ])
    expect([path, await page.file(path, [])]).toEqual([path, null]);
  expect((await page.file("/", []))?.type).toBe("text/html; charset=utf-8");
});
