import { afterAll, beforeAll, expect } from "bun:test";
import { cp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { withApp } from "../support/app.ts";
import { FULL, testInFull } from "../support/full.ts";
import { withServer } from "../support/server.ts";

/**
 * What others' programs make of /openapi.json. Only with FULL=1 (`bun run check:full`): the programs have 140 MB, and are
 * fetched at their pinned versions into a temporary folder.
 */
const FOLDER = join(tmpdir(), `sge-contract-${process.pid}`);
const MADE = join(FOLDER, "dist");
const DOCUMENT = join(MADE, "openapi.json");

/** Runs a program in the folder of the tools; gives its status and all that it printed. */
async function run(command: readonly string[], env: Record<string, string> = {}) {
  const started = Bun.spawn([...command], {
    cwd: FOLDER,
    env: {
      ...process.env,
      REDOCLY_TELEMETRY: "off",
      REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
      ...env,
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, error, status] = await Promise.all([
    new Response(started.stdout).text(),
    new Response(started.stderr).text(),
    started.exited,
  ]);
  return { status, out, error };
}

const tool = (name: string) => join(FOLDER, "node_modules/.bin", name);

/** Runs a program that must end well; gives what it printed. */
async function succeed(command: readonly string[], env?: Record<string, string>): Promise<string> {
  const { status, out, error } = await run(command, env);
  if (status !== 0) throw new Error(`${command.join(" ")}: ${status}\n${out}\n${error}`);
  return out;
}

beforeAll(async () => {
  if (!FULL) return;
  await cp(join(import.meta.dir, "contract"), FOLDER, { recursive: true });
  await succeed([process.execPath, "install", "--frozen-lockfile", "--silent"]);
  await withApp(async ({ raw }) => {
    const answer = await raw("GET", "/openapi.json", { as: "anonymous" });
    await Bun.write(DOCUMENT, await answer.text());
  });
}, 300_000);
afterAll(() => rm(FOLDER, { recursive: true, force: true }));

testInFull("redocly finds no error and no warning in the contract", async () => {
  const lint = [tool("redocly"), "lint", DOCUMENT, "--config", "redocly.yaml", "--format", "json"];
  const found: { totals: unknown; problems: unknown } = JSON.parse(await succeed(lint));
  expect(found.problems).toEqual([]);
  expect(found.totals).toEqual({ errors: 0, warnings: 0, ignored: 0 });
});

testInFull("spectral finds no error and no warning in the contract", async () => {
  const lint = [
    tool("spectral"),
    "lint",
    DOCUMENT,
    "--ruleset",
    "spectral.json",
    "--format",
    "json",
    "--quiet",
  ];
  expect(JSON.parse(await succeed(lint))).toEqual([]);
});

testInFull(
  "clients of openapi-typescript and @hey-api compile, and carry events, problems and exact decimals",
  async () => {
    await succeed([tool("openapi-typescript"), DOCUMENT, "-o", "dist/openapi-typescript.ts"]);
    await succeed([tool("openapi-ts"), "-i", DOCUMENT, "-o", "dist/hey-api", "--silent"]);
    await succeed([tool("tsc"), "-p", "."]);
    const item = { cProd: "P1", xProd: "PRODUTO", uCom: "UN", qCom: "10", vUnCom: "2.50" };
    await withServer(async (server) => {
      await server.upload(syntheticNote({ seed: 1, items: [item] }).xml, "?approve=true");
      const env = { SGE_URL: server.url.replace(/\/$/, ""), SGE_TOKEN: server.token };
      for (const [program, left] of [
        ["openapi-typescript.ts", 9.9997],
        ["hey-api.ts", 9.9994],
      ] as const)
        expect(JSON.parse(await succeed([process.execPath, program], env))).toEqual([
          "stock.insufficient",
          String(left),
          ["P1", left],
        ]);
    });
  },
  300_000,
);
