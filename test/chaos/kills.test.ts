import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "../../src/synthetic/random.ts";
import { FULL, testInFull } from "../support/full.ts";
import { signIn, startProcess, temporaryFolder } from "../support/process.ts";
import { inspectDatabase, NO_FAULTS } from "./inspect-database.ts";
import { uploaders } from "./uploaders.ts";

const CLI = new URL("../../src/cli/door.ts", import.meta.url).pathname;
const KILLS = FULL ? 100 : 2;
const CLIENTS = FULL ? 64 : 16;

test(
  `a service killed at ${KILLS} random instants under ${CLIENTS} clients has every acknowledged note once`,
  async () => {
    await using dir = await temporaryFolder();
    const random = new Random(20261123);
    let place = Promise.withResolvers<{ url: string; token: string }>();
    const clients = uploaders(CLIENTS, () => place.promise);
    let token: string | undefined;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await using server = startProcess(dir.path);
      // Some die before they serve: in the middle of opening what the last one left.
      if (kill % 5 === 4) {
        await Bun.sleep(random.between(20, 200));
      } else {
        const url = await server.listening;
        token ??= await signIn(url);
        place.resolve({ url, token });
        await Bun.sleep(random.between(10, 350));
        place = Promise.withResolvers();
      }
      server.child.kill("SIGKILL");
      await server.child.exited;
    }
    await using last = startProcess(dir.path);
    const url = await last.listening;
    place.resolve({ url, token: token ?? "" });
    await clients.stop();
    // An upload with an unknown outcome may be sent again.
    await clients.settle();
    last.child.kill("SIGTERM");
    expect(await last.ended()).toBe(0);

    const { acknowledged, doubtful, strange } = clients.sent;
    const after = await inspectDatabase(join(dir.path, "data/sge.db"));
    expect(strange).toEqual([]);
    expect(after.broken).toEqual({ ...NO_FAULTS });
    expect(after.integrity).toEqual([{ integrity_check: "ok" }]);
    expect([...acknowledged.difference(after.approved)]).toEqual([]);
    expect([doubtful.size, after.notes]).toEqual([0, acknowledged.size]);
    expect(acknowledged.size).toBeGreaterThan(KILLS * 5);
  },
  FULL ? 600_000 : 60_000,
);

testInFull(
  "a backup under uploads is a whole ledger, and SIGTERM cuts no request and loses no acknowledged note",
  async () => {
    await using dir = await temporaryFolder();
    await using server = startProcess(dir.path, { SHUTDOWN_TIMEOUT_MS: "20000" });
    const url = await server.listening;
    const place = { url, token: await signIn(url) };
    let open = Promise.resolve(place);
    const clients = uploaders(CLIENTS, () => open);
    await clients.reached(100);
    const copies = join(dir.path, "copias");
    const backup = Bun.spawn([process.execPath, CLI, "backup", copies], {
      cwd: dir.path,
      env: { PATH: process.env.PATH },
      stdout: "ignore",
    });
    expect(await backup.exited).toBe(0);
    // Clients that come after the signal get no answer: they wait, and are released below.
    const gone = Promise.withResolvers<typeof place>();
    open = gone.promise;
    server.child.kill("SIGTERM");
    expect(await server.ended()).toBe(0);
    const stopped = clients.stop();
    gone.resolve(place);
    await stopped;
    // A request that had to be aborted would be in a warning.
    expect(server.lines.filter((line) => line.includes("server.stopped"))).toEqual([]);
    const after = await inspectDatabase(join(dir.path, "data/sge.db"));
    expect(after.broken).toEqual({ ...NO_FAULTS });
    expect([...clients.sent.acknowledged.difference(after.approved)]).toEqual([]);
    const [name = ""] = await readdir(copies);
    const copy = await inspectDatabase(join(copies, name, "sge.db"));
    expect(copy.broken).toEqual({ ...NO_FAULTS });
    expect([...copy.approved.difference(after.approved)]).toEqual([]);
    expect(copy.approved.size).toBeGreaterThan(50);
  },
  60_000,
);
