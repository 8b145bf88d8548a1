import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { folderPage } from "../../src/platform/bun/files/page-files.ts";
import { memoryPage } from "../../src/platform/memory/page-files.ts";
import { BUILT, pageContract } from "../contracts/page.ts";
import { testContract } from "../support/contract-tests.ts";

async function built(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sge-page-"));
  for (const [name, content] of Object.entries(BUILT)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await Bun.write(join(folder, name), content);
  }
  return folder;
}

testContract("bun", pageContract, async (wanted) => {
  const folder = await built();
  if (!wanted) await rm(folder, { recursive: true });
  return folderPage(folder);
});

testContract("memory", pageContract, async (wanted) => {
  const files = Object.entries(BUILT).filter(([name]) => name !== "_headers");
  return memoryPage(
    wanted
      ? Object.fromEntries(
          files.map(([name, content]) => [name === "index.html" ? "/" : `/${name}`, content]),
        )
      : {},
  );
});

test("a text is kept in the form that the client reads best, and a font as it is", async () => {
  const folder = await built();
  const page = folderPage(folder);
  const path = "/assets/main-0a1b.js";
  const content = BUILT["assets/main-0a1b.js"];
  const [br, gzip] = [await page.file(path, ["br", "gzip"]), await page.file(path, ["gzip"])];
  expect([br?.encoding, gzip?.encoding]).toEqual(["br", "gzip"]);
  expect(String(brotliDecompressSync(br?.bytes ?? ""))).toBe(String(content));
  expect(String(gunzipSync(gzip?.bytes ?? ""))).toBe(String(content));
  expect((await page.file(path, ["br"]))?.bytes).toBe(br?.bytes);
  expect((await page.file("/assets/inter-0a1b.woff2", ["br"]))?.encoding).toBeNull();
  await rm(folder, { recursive: true });
});

test("a page that is built after the start is found", async () => {
  const folder = await built();
  const away = `${folder}-away`;
  const page = folderPage(away);
  expect(await page.file("/", [])).toBeNull();
  await Bun.write(join(away, "index.html"), "<!doctype html>");
  expect((await page.file("/", []))?.type).toBe("text/html; charset=utf-8");
  await Promise.all([folder, away].map((one) => rm(one, { recursive: true })));
});
