import type { PageFiles } from "../../src/ports/page.ts";
import { type Contract, claim, same } from "./claims.ts";

/** The files that `open` must have built: path in the folder → content. */
export const BUILT: Readonly<Record<string, string>> = {
  "index.html": "<!doctype html><title>S.G.E.</title>",
  "sw.js": "self.skipWaiting();",
  "assets/main-0a1b.js": "document.title = 'Notas';".repeat(100),
  "assets/inter-0a1b.woff2": "wOF2 of a test",
  _headers: "/assets/*\n  x-content-type-options: nosniff\n",
};

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Ports.page, for every implementation; `open` gives the page of BUILT, or one that was not built. */
export const pageContract: Contract<(built: boolean) => Promise<PageFiles>> = [
  {
    name: "each file is there by its path, with type and ETag, and the document is at /",
    async run(open) {
      const page = await open(true);
      for (const [path, name, type] of [
        ["/", "index.html", /^text\/html; charset=utf-8$/i],
        ["/sw.js", "sw.js", /^(?:text|application)\/javascript/],
        ["/assets/main-0a1b.js", "assets/main-0a1b.js", /^(?:text|application)\/javascript/],
        ["/assets/inter-0a1b.woff2", "assets/inter-0a1b.woff2", /^font\/woff2$/],
      ] as const) {
        const file = await page.file(path, []);
        same([path, file && text(file.bytes), file?.encoding], [path, BUILT[name], null]);
        claim(type.test(file?.type ?? ""), `${path} is ${file?.type}`);
        claim(/^"[^"]+"$/.test(file?.etag ?? ""), `${path} has the ETag ${file?.etag}`);
        same((await page.file(path, []))?.etag, file?.etag);
      }
    },
  },
  {
    name: "a path that was not built has no file, and none leads out of the folder",
    async run(open) {
      const page = await open(true);
      for (const path of [
        "/nothing",
        "/assets/",
        "/assets/main-0a1c.js",
        "/assets/../../package.json",
        "/assets/%2e%2e/%2e%2e/package.json",
        "/../package.json",
        "/_headers",
      ])
        same([path, await page.file(path, [])], [path, null]);
    },
  },
  {
    name: "a page that was not built has no file",
    async run(open) {
      const page = await open(false);
      for (const path of ["/", "/sw.js"]) same(await page.file(path, ["br"]), null);
    },
  },
];
