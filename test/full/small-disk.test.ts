import { expect, test } from "bun:test";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { inspectDatabase, NO_FAULTS } from "../chaos/inspect-database.ts";
import { FULL } from "../support/full.ts";
import { signIn, startProcess, temporaryFolder } from "../support/process.ts";

const CLI = new URL("../../src/cli/door.ts", import.meta.url).pathname;

/** A file system of 3 MiB in a name space of its own, that becomes larger when a file `more` appears beside it. */
const SMALL_DISK = `mount -t tmpfs -o size=3m tmpfs disk
  (while [ ! -e more ]; do sleep 0.1; done; mount -o remount,size=64m disk) &
  exec "$@"`;

const TESTS = {
  async "a real disk without room: 503, reads go on, and room heals it without a hand"() {
    await using dir = await temporaryFolder();
    await mkdir(join(dir.path, "disk"));
    await using server = startProcess(
      dir.path,
      { DATA_DIR: "disk", DATABASE_URL: "file:disk/sge.db", LOG_LEVEL: "error" },
      ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"],
    );
    const url = await server.listening;
    const headers = { authorization: `Bearer ${await signIn(url)}` };
    const upload = async (seed: number) => {
      const answer = await fetch(`${url}/api/nfe/upload?approve=true`, {
        method: "POST",
        body: syntheticNote({ seed, items: 60 }).xml,
        headers: { ...headers, "content-type": "application/xml" },
      });
      return { status: answer.status, text: await answer.text() };
    };
    let seed = 1;
    let answer = await upload(seed);
    while (answer.status === 200) {
      seed += 1;
      answer = await upload(seed);
    }
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining("storage.full")]);
    for (const path of ["/api/stock", "/api/nfes", "/api/export/movements"])
      expect((await fetch(`${url}${path}`, { headers })).status).toBe(200);
    await writeFile(join(dir.path, "more"), "");
    while (answer.status === 503) answer = await upload(seed);
    expect(answer.status).toBe(200);
    // From inside its name space, to a folder that both see.
    const copy = join(dir.path, "copy");
    const inside = ["nsenter", "--target", String(server.child.pid), "--user", "--mount"];
    const backup = Bun.spawn(
      [...inside, "--preserve-credentials", process.execPath, CLI, "backup", copy],
      {
        env: {
          PATH: process.env.PATH,
          DATA_DIR: join(dir.path, "disk"),
          DATABASE_URL: `file:${dir.path}/disk/sge.db`,
        },
        stdout: "ignore",
      },
    );
    expect(await backup.exited).toBe(0);
    const [name = ""] = await readdir(copy);
    const { broken, approved } = await inspectDatabase(join(copy, name, "sge.db"));
    expect(broken).toEqual({ ...NO_FAULTS });
    expect(approved.size).toBe(seed);
  },
};

if (FULL) for (const [name, body] of Object.entries(TESTS)) test(name, body, 120_000);
else test("the small disk has a long form", () => expect(Object.keys(TESTS)).toHaveLength(1));
