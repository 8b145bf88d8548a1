import { expect } from "bun:test";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "../../src/synthetic/random.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { testInFull } from "../support/full.ts";
import { startProcess, temporaryFolder } from "../support/process.ts";

const CLI = new URL("../../src/cli/door.ts", import.meta.url).pathname;
const NOTES = 120;

/** Runs `sge` in a new process over the service of the folder. */
const sge = (cwd: string, ...argv: readonly string[]) =>
  Bun.spawn([process.execPath, CLI, ...argv], {
    cwd,
    env: { PATH: process.env.PATH },
    stdout: "pipe",
    stderr: "pipe",
  });

testInFull(
  "watches that are killed, under a service that is killed, take in every file once and move it once",
  async () => {
    await using dir = await temporaryFolder();
    const watched = join(dir.path, "notas");
    await mkdir(watched);
    const random = new Random(20261128);
    let server = startProcess(dir.path);
    await server.listening;
    let stop = false;
    const writing = (async () => {
      for (let seed = 1; seed <= NOTES; seed += 1) {
        const { xml } = syntheticNote({ seed });
        // Half of the file, then the rest: a watch must not read it between.
        const half = Math.floor(xml.length / 2);
        await writeFile(join(watched, `${seed}.xml`), xml.slice(0, half));
        await Bun.sleep(random.between(1, 60));
        await writeFile(join(watched, `${seed}.xml`), xml);
      }
      await writeFile(join(watched, "ruim.xml"), "<nfeProc>cortada</outra>");
      stop = true;
    })();
    for (let round = 0; !stop || round < 4; round += 1) {
      const two = [1, 2].map(() => sge(dir.path, "watch", "notas", "--approve", "--settle", "1"));
      await Bun.sleep(random.between(1_500, 5_000));
      for (const one of two) one.kill("SIGKILL");
      await Promise.all(two.map((one) => one.exited));
      if (round % 2 === 1) {
        server.child.kill("SIGKILL");
        await server.child.exited;
        server = startProcess(dir.path);
        await server.listening;
      }
    }
    await writing;
    // What a killed one was moving comes back after a minute, and what looks cut off is refused after one.
    await Bun.sleep(61_000);
    const last = sge(dir.path, "watch", "notas", "--approve", "--once", "--json");
    expect(await last.exited).toBe(1);
    const taken = await readdir(join(watched, "importadas"));
    expect(new Set(taken.map((name) => name.replace(/ \(\d+\)\.xml$/, ".xml"))).size).toBe(NOTES);
    expect(await readdir(join(watched, "recusadas"))).toEqual(["ruim.xml", "ruim.xml.motivo.txt"]);
    expect(await readdir(join(watched, ".sge-movendo"))).toEqual([]);
    const status = sge(dir.path, "status", "--json");
    const { stock, waiting_notes } = JSON.parse(await status.stdout.text());
    expect([waiting_notes, stock.total_skus > 0]).toEqual([0, true]);
    const watch = sge(dir.path, "watch", "notas");
    await Bun.sleep(3_000);
    watch.kill("SIGTERM");
    expect(await watch.exited).toBe(0);
    server.child.kill("SIGTERM");
    expect(await server.ended()).toBe(0);
  },
  900_000,
);
