import { expect } from "bun:test";
import { copyFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "../../src/synthetic/random.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { testInFull } from "../support/full.ts";
import { temporaryFolder } from "../support/process.ts";

const CLI = new URL("../../src/cli/door.ts", import.meta.url).pathname;
const KILLS = 60;

/** Runs `sge` in a new process; kills it after the given milliseconds, if any. */
async function sge(cwd: string, argv: readonly string[], killAfterMs?: number) {
  const child = Bun.spawn([process.execPath, CLI, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, PASSWORD_COST: "4", ADMIN_PASSWORD: "uma senha comprida" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const timer =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const out = (await child.stdout.text()) + (await child.stderr.text());
  const code = await child.exited;
  clearTimeout(timer);
  return { code, out };
}

/** Reads a copy of the database, so that the original is not changed. */
const notesIn = async (cwd: string, copy: string) => {
  await mkdir(copy);
  for (const end of ["", "-wal"])
    await copyFile(join(cwd, `data/sge.db${end}`), join(copy, `sge.db${end}`)).catch(
      () => undefined,
    );
  const script = `
    import { openConnection } from ${JSON.stringify(new URL("../../src/platform/bun/database/connection.ts", import.meta.url).pathname)};
    const { rows } = await openConnection(process.argv[1], "").execute("select count(*) as n from notes");
    console.log(rows[0].n);`;
  const child = Bun.spawn([process.execPath, "-e", script, join(copy, "sge.db")], {
    stdout: "pipe",
  });
  const said = (await child.stdout.text()).trim();
  await rm(copy, { recursive: true });
  return said;
};

testInFull(
  `a restore that is killed at ${KILLS} instants leaves the old or the new database, intact`,
  async () => {
    await using dir = await temporaryFolder();
    const cwd = dir.path;
    const random = new Random(28);
    const took = (seed: number) =>
      Bun.write(join(cwd, `${seed}.xml`), syntheticNote({ seed }).xml).then(() =>
        sge(cwd, ["import", `${seed}.xml`]),
      );
    expect((await took(1)).code).toBe(0);
    expect((await sge(cwd, ["backup", "copias"])).code).toBe(0);
    expect((await took(2)).code).toBe(0);
    const [copy = ""] = await readdir(join(cwd, "copias"));
    const restore = ["restore", `copias/${copy}`, "--force"];
    const first = performance.now();
    expect((await sge(cwd, restore)).code).toBe(0);
    let tookMs = performance.now() - first;
    expect((await took(2)).code).toBe(0);
    const seen = new Set<string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      // Most of the time is the start of the program. A run that ended says how long one takes on the machine of now.
      const started = performance.now();
      const { code } = await sge(cwd, restore, tookMs * (0.3 + random.below(1_000) / 1_300));
      if (code === 0) tookMs = performance.now() - started;
      const found = await notesIn(cwd, join(cwd, "vista"));
      seen.add(`${code === 0 ? "ended" : "killed"} ${found}`);
      expect(["1", "2"]).toContain(found);
      // The database is the one of this installation: a write is accepted.
      const again = await took(2);
      expect([kill, again.code, again.out]).toEqual([kill, 0, expect.any(String)]);
    }
    expect((await sge(cwd, restore)).code).toBe(0);
    expect((await sge(cwd, ["verify"])).code).toBe(0);
    const left = await readdir(join(cwd, "data"));
    expect(left.filter((name) => name.includes("parcial") || name.endsWith("~"))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
    expect((await readFile(join(cwd, "data/installation"))).length).toBe(1_024);
  },
  600_000,
);
