import { expect, test } from "bun:test";
import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { backup } from "../../../src/cli/database/backup.ts";
import { Manifest } from "../../../src/cli/database/backup-files.ts";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { lastBackup } from "../../../src/platform/bun/files/last-backup.ts";
import { DOORS } from "../../support/doors.ts";
import { testInFull } from "../../support/full.ts";
import { testConfig } from "../../support/ports.ts";
import { startProcess, temporaryFolder } from "../../support/process.ts";

const SOURCE = new URL("../../../src", import.meta.url).pathname;

/** A shell's usual umask: what a program makes may be read by everybody. */
const USUAL = ["sh", "-c", 'umask 022; exec "$@"', "sh"];

/** Paths below a folder that others of the machine may read or write, and how many there are in all. */
async function open(top: string) {
  const names = await readdir(top, { recursive: true });
  const found: string[] = [];
  for (const name of names)
    if (((await stat(join(top, name))).mode & 0o077) !== 0) found.push(name);
  return { found, count: names.length };
}

async function ran(door: string, env: Record<string, string>, ...args: string[]) {
  const command = [...USUAL, process.execPath, join(SOURCE, door), ...args];
  const child = Bun.spawn(command, {
    env: { PATH: process.env.PATH, PASSWORD_COST: "4", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = `${await child.stdout.text()}${await child.stderr.text()}`;
  expect([args[0], await child.exited, said]).toEqual([args[0], 0, expect.anything()]);
  return said;
}

testInFull(
  "whatever a door makes is its owner's alone, also in folders that everybody may enter",
  async () => {
    await using dir = await temporaryFolder();
    const at = (name: string) => join(dir.path, name);
    const env = { DATA_DIR: at("data"), DATABASE_URL: `file:${at("data/sge.db")}`, JWT_SECRET: "" };
    for (const name of ["data", "copies", "back", "fresh"]) {
      await mkdir(at(name));
      await chmod(at(name), 0o755);
    }
    {
      await using service = startProcess(dir.path, env, USUAL);
      await service.listening;
      const served = await readdir(at("data"));
      expect(served).toEqual(
        expect.arrayContaining(["sge.db", "sge.db-wal", "sge.db-shm", "jwt-secret", "server.json"]),
      );
      expect((await open(at("data"))).found).toEqual([]);
      const said = await ran("cli/door.ts", env, "backup", at("copies"));
      expect(said).toContain("jwt-secret não está na cópia");
    }
    await ran("cli/door.ts", env, "export", "stock", "--out", at("data/estoque.csv"));
    const [copy = ""] = await readdir(at("copies"));
    const back = { DATA_DIR: at("back"), DATABASE_URL: `file:${at("back/sge.db")}` };
    expect(await ran("cli/door.ts", back, "restore", join(at("copies"), copy))).toContain(
      `não há ${at("back")}/jwt-secret`,
    );
    await ran("tools/migrate.ts", {
      DATA_DIR: at("fresh"),
      DATABASE_URL: `file:${at("fresh/sge.db")}`,
    });
    for (const name of ["data", "copies", "back", "fresh"]) {
      const { found, count } = await open(at(name));
      expect([name, found, count > 0]).toEqual([name, [], true]);
    }
  },
);

/** What it writes is public, and often served by another user than the one who built it. */
const PUBLIC = ["tools/build-page.ts"];

test("every entry point that writes private files sets the private umask before", async () => {
  const ofMachine = DOORS.filter((door) => !/(?:^|\.)worker\.ts$/.test(door)).filter(
    (door) => !PUBLIC.includes(door),
  );
  expect(ofMachine.length).toBeGreaterThan(5);
  for (const door of ofMachine) {
    const source = await Bun.file(join(SOURCE, door)).text();
    const first = /^(?:setPrivateUmask\(\);|try \{|process\.exitCode = )/m.exec(source)?.[0];
    expect([door, first]).toEqual([door, "setPrivateUmask();"]);
  }
});

test("a world-readable database becomes private when it is opened; a group-readable one is not changed", async () => {
  await using dir = await temporaryFolder();
  const path = join(dir.path, "sge.db");
  const opened = async () => (await openDatabase(`file:${path}`)).close();
  await opened();
  for (const [before, after] of [
    [0o644, 0o600],
    [0o666, 0o600],
    [0o640, 0o640],
    [0o660, 0o660],
    [0o600, 0o600],
  ] as const) {
    await chmod(path, before);
    await opened();
    expect([before, (await stat(path)).mode & 0o777]).toEqual([before, after]);
  }
});

test("a backup names the secret that it does not hold, and records its time in the data directory", async () => {
  await using dir = await temporaryFolder();
  const DATA_DIR = join(dir.path, "data");
  const config = testConfig({ DATA_DIR, DATABASE_URL: `file:${join(DATA_DIR, "sge.db")}` });
  const database = await openDatabase(config.DATABASE_URL);
  await database.migrate();
  await database.close();
  const now = new Date("2026-11-28T12:00:00Z");
  expect(await lastBackup(DATA_DIR)).toBeNull();
  const without = await backup(config, join(dir.path, "c"), 0, now);
  expect(without.without).toEqual([]);
  await Bun.write(join(DATA_DIR, "jwt-secret"), "0".repeat(64));
  const made = await backup(config, join(dir.path, "c"), 0, now);
  const manifest = Manifest.parse(await Bun.file(join(made.path, "manifest.json")).json());
  expect(manifest.without).toEqual(["jwt-secret"]);
  expect(await readdir(made.path)).not.toContain("jwt-secret");
  expect(await lastBackup(DATA_DIR)).toBe(now.getTime());
});
