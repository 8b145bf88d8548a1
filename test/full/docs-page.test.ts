import { expect } from "bun:test";
import { testInFull } from "../support/full.ts";
import { withServer } from "../support/server.ts";

/** Only with FULL=1 (`bun run check:full`): needs chromium of Debian, whose absence is then a failure. */
const HEADLESS = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"];
/** No name leads anywhere, as on a machine without a network. */
const OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1";

testInFull(
  "a browser without a network shows every operation of the contract, under its own policy",
  () =>
    withServer(async (server) => {
      const { body } = await server.call("GET", "/openapi.json");
      const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap(
        (methods) => Object.values(methods).map(({ operationId }) => operationId),
      );
      const address = new URL("/docs", server.url).href;
      const browser = Bun.spawn(
        ["chromium", ...HEADLESS, OFFLINE, "--enable-logging=stderr", "--dump-dom", address],
        { stdout: "pipe", stderr: "pipe" },
      );
      const [shown, log] = await Promise.all([
        new Response(browser.stdout).text(),
        new Response(browser.stderr).text(),
      ]);
      const missing = operations.filter(
        (id) => !new RegExp(`id="operations-[\\w-]+-${id}"`).test(shown),
      );
      expect([operations.length > 100, missing]).toEqual([true, []]);
      expect(
        log.split("\n").filter((line) => /CONSOLE|Content Security Policy/.test(line)),
      ).toEqual([]);
    }),
  120_000,
);
