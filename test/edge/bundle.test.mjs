import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import "./world.mjs";

const run = promisify(execFile);

/** What the bundle may ask of workerd: it has both (nodejs_compat), and this suite runs on them. */
const GIVEN = ["cloudflare:workers", "node:crypto"];
/** Cloudflare starts an isolate by reading all of it. Wrangler's own figure, as it prints it. */
const MOST_KIB = 490;
/** The only importers of modules that are left out: an alias matches the text of an import in any file. */
const LEFT_OUT = "src/platform/cloudflare/left-out.ts";
const DO_WITHOUT = [
  "@zip.js/zip.js/lib/core/streams/zip-entry-stream.js",
  "@zip.js/zip.js/lib/zip-core-base.js",
  "@zip.js/zip.js/lib/zip-core-reader.js",
  "postal-mime/dist/esm/postal-mime.js",
  "zod/v4/classic/external.js",
  "zod/v4/core/index.js",
];
const NO_PLACE = /node_modules\/(?:prom-client|imapflow|libsql|@libsql|fast-xml-parser)\//;

test("the Worker's bundle is small, and imports nothing that workerd lacks", async () => {
  const out = await mkdtemp(join(tmpdir(), "sge-bundle-"));
  try {
    const metafile = join(out, "meta.json");
    const { stdout } = await run("wrangler", [
      "deploy",
      "--dry-run",
      ...["--env", "production", "--outdir", out, "--metafile", metafile],
    ]);
    const [, kib] = /gzip: ([\d.]+) KiB/.exec(stdout) ?? [];
    assert.ok(Number(kib) > 50 && Number(kib) <= MOST_KIB, `${kib} KiB gzip`);
    const { inputs } = JSON.parse(await readFile(metafile, "utf8"));
    const asked = Object.values(inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external, path }) => external || path.startsWith("node:"))
      .map(({ path }) => path);
    const unexpected = [...new Set(asked)].filter((path) => !GIVEN.includes(path));
    assert.deepEqual(unexpected, []);
    const importers = Object.keys(inputs)
      .filter((path) => inputs[path].imports.some((one) => one.path === LEFT_OUT))
      .map((path) => path.replace(/^.*node_modules\//, ""));
    assert.deepEqual(importers.sort(), DO_WITHOUT);
    // They have no place in a Worker, and would be there unseen.
    const carried = Object.keys(inputs).filter((path) => NO_PLACE.test(path));
    assert.deepEqual(carried, []);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
