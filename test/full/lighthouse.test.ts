import { afterAll, expect } from "bun:test";
import { cp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { z } from "zod";
import { noBrowser } from "../page/browser.ts";
import { withDemo } from "../page/demo-world.ts";
import { testInFullUnless } from "../support/full.ts";

/**
 * The page as Lighthouse sees it on a phone. Only with FULL=1: the program has 176 MB, and is fetched at its pinned version into a
 * temporary folder. Where that fails, for want of a network, or without a browser, the test says so and ends.
 */
const FOLDER = join(tmpdir(), `sge-lighthouse-${process.pid}`);
const PATHS = [
  "/entrar",
  "/notas",
  "/painel",
  "/estoque",
  "/de-para",
  "/contagem",
  "/exportacoes",
  "/admin",
  "/conta",
];

const Seen = z.object({
  /** Lighthouse's index of the processor; 1,533 and more is slowed down four times. */
  index: z.int(),
  seen: z.array(
    z.object({
      path: z.string(),
      /** Null: other programs held the processor. */
      performance: z.int().nullable(),
      each: z.array(z.string()),
      accessibility: z.int(),
      practices: z.int(),
      named: z.array(z.string()),
    }),
  ),
});

afterAll(() => rm(FOLDER, { recursive: true, force: true }));

async function run(command: readonly string[]): Promise<string> {
  const started = Bun.spawn([...command], { cwd: FOLDER, stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([
    new Response(started.stdout).text(),
    new Response(started.stderr).text(),
  ]);
  if ((await started.exited) !== 0) throw new Error(`${command.join(" ")}: ${error}`);
  return out;
}

/** Fetches the program; the reason where it cannot. */
async function fetched(): Promise<string | null> {
  await cp(join(import.meta.dir, "lighthouse"), FOLDER, { recursive: true });
  return run([process.execPath, "install", "--frozen-lockfile", "--silent"]).then(
    () => null,
    (why: Error) => `Lighthouse was not fetched: ${why.message}`,
  );
}

/** The cookie of a session. */
async function cookieOf(url: string, person: object): Promise<string> {
  const answer = await fetch(`${url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "same-origin", origin: url },
    body: JSON.stringify(person),
  });
  expect(answer.status).toBe(200);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

const NAME =
  "Lighthouse gives the login and each view of the demo at least 95 for speed on a phone, and 100 for access and practices";

const testInBrowser = testInFullUnless(noBrowser);
testInBrowser(
  NAME,
  async () => {
    const missing = await fetched();
    if (missing !== null) return console.warn(`skipped: ${missing}`);
    const port = 20_000 + (process.pid % 20_000);
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage", `--remote-debugging-port=${port}`],
    });
    try {
      await withDemo(async ({ url, admin }) => {
        const cookie = await cookieOf(url, admin);
        const printed = await run(["node", "run.mjs", url, String(port), cookie, ...PATHS]);
        console.info(printed.trim());
        const { seen } = Seen.parse(JSON.parse(printed));
        expect(seen.map(({ path }) => path)).toEqual(PATHS);
        const below = seen.filter(
          ({ performance, accessibility, practices }) =>
            (performance ?? 100) < 95 || accessibility < 100 || practices < 100,
        );
        expect(below).toEqual([]);
        const unknown = seen.filter(({ performance }) => performance === null);
        if (unknown.length > 0)
          console.warn(
            `Not judged, for other programs held the processor: the speed of ${unknown.map(({ path }) => path).join(", ")}`,
          );
      });
    } finally {
      await browser.close();
    }
  },
  900_000,
);
