import { expect, test } from "bun:test";
import { trusted } from "../../src/lib/cast.ts";
import { FULL } from "../support/full.ts";
import { signIn, startProcess, temporaryFolder } from "../support/process.ts";

const CROWD = new URL("./crowd.ts", import.meta.url).pathname;
const CLIENTS = 1_000;
const ROUNDS = 5;

/** What crowd.ts says of a service. */
interface Said {
  readonly statuses: Record<string, number>;
  readonly after: (string | null)[];
  readonly most: number;
}

async function crowd(url: string): Promise<Said> {
  const words = [url, await signIn(url), String(CLIENTS), String(ROUNDS)];
  const child = Bun.spawn([process.execPath, CROWD, ...words], {
    env: { PATH: process.env.PATH, BUN_CONFIG_MAX_HTTP_REQUESTS: "4000" },
    stdout: "pipe",
  });
  return trusted<Said>(JSON.parse(await child.stdout.text()));
}

/** The crowd is one user, whose own share would come first. */
const ONE_USER = { MAX_IN_FLIGHT_PER_USER: String(CLIENTS) };

/** In a process of its own, each over a service of its own. */
const TESTS = {
  async "a thousand clients that read and upload: below the bound none is refused"() {
    await using dir = await temporaryFolder();
    await using server = startProcess(dir.path, { LOG_LEVEL: "error", ...ONE_USER });
    const { statuses, most } = await crowd(await server.listening);
    expect([statuses, most]).toEqual([{ 200: CLIENTS * ROUNDS }, CLIENTS]);
  },
  async "a client above the limit gets Retry-After at once, and the others are served"() {
    await using dir = await temporaryFolder();
    await using server = startProcess(dir.path, {
      LOG_LEVEL: "error",
      MAX_IN_FLIGHT: "100",
      ...ONE_USER,
    });
    const { statuses, after } = await crowd(await server.listening);
    expect(Object.keys(statuses)).toEqual(["200", "503"]);
    expect(after).toEqual(["1"]);
    expect(statuses[200]).toBeGreaterThan(100);
  },
};

if (FULL) for (const [name, body] of Object.entries(TESTS)) test(name, body, 120_000);
else test("the crowd has a long form", () => expect(Object.keys(TESTS)).toHaveLength(2));
