import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backup } from "../../src/cli/database/backup.ts";
import { localService } from "../../src/cli/service/local-service.ts";
import { parseConfig } from "../../src/config.ts";
import { openConnection } from "../../src/platform/bun/database/connection.ts";
import { reasonOf } from "../../src/start/reason.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { FULL, testInFull } from "../support/full.ts";
import { signIn, startProcess } from "../support/process.ts";
import { runCommandLine } from "../support/terminal.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-adopt-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const data = () => join(folder, "data");
const file = () => join(data(), "sge.db");
const env = (other: Record<string, string> = {}) => ({
  DATA_DIR: data(),
  DATABASE_URL: `file:${file()}`,
  COMPANY_CNPJ: COMPANY.cnpj,
  ADMIN_PASSWORD: "uma senha comprida",
  PASSWORD_COST: "4",
  ...other,
});

/** Opens the service, uploads a note of each seed, and closes it; returns the message when the start is refused. */
async function start(seeds: readonly number[] = [], other: Record<string, string> = {}) {
  const service = await localService(parseConfig(env(other)), {}, "create").catch(reasonOf);
  if (typeof service === "string") return service;
  for (const seed of seeds)
    await service.ask("/api/nfe/upload?approve=true", {
      method: "POST",
      body: syntheticNote({ seed }).xml,
      headers: { "content-type": "application/xml" },
    });
  await service.close();
  return "started";
}

/** Runs `sge` in a new process, which leaves no file open: its exit code, and the lines that it printed. */
async function alone(...argv: string[]) {
  const cli = new URL("../../src/cli/door.ts", import.meta.url).pathname;
  const child = Bun.spawn([process.execPath, cli, ...argv], {
    cwd: folder,
    env: { ...env(), PATH: process.env.PATH },
    stdout: "pipe",
    stderr: "pipe",
  });
  const out = (await child.stdout.text()) + (await child.stderr.text());
  return { code: await child.exited, out };
}
async function importedAlone(seed: number) {
  await writeFile(join(folder, "nota.xml"), syntheticNote({ seed }).xml);
  return alone("import", "nota.xml", "--approve");
}

/** The exit code of a command line, and the lines that it printed. */
async function sge(...argv: string[]) {
  const { code, all } = await runCommandLine(argv, { env: env() });
  return { code, out: all };
}

/** Changes to the files of an installation with three notes, and the message of a start after each. */
const LOSSES: Readonly<Record<string, readonly [RegExp, () => Promise<unknown>]>> = {
  "is not there": [/Não há banco de dados em .*sge\.db/, () => rm(file())],
  "is empty": [/sge\.db está vazio/, () => truncate(file(), 0)],
  "was cut": [
    /sge\.db (?:foi truncado|.*danificado|perdeu)/,
    async () => truncate(file(), (await stat(file())).size >> 1),
  ],
  "is no database": [
    /sge\.db/,
    async () => writeFile(file(), new Uint8Array((await stat(file())).size).fill(65)),
  ],
  "is an older copy": [/perdeu 2 das/, () => rename(join(folder, "antes.db"), file())],
  "is another installation's": [
    /não é o banco de dados desta instalação/,
    async () => {
      await start([1], { DATA_DIR: join(folder, "b"), DATABASE_URL: `file:${folder}/b.db` });
      await rename(join(folder, "b.db"), file());
    },
  ],
};

/** The door of the migrations is another process, so `check` runs it only for the first case. */
const ASKED_OF_A_PROCESS = FULL ? Object.keys(LOSSES) : ["is not there"];
/** The losses that `check` tries; the others are met on the same ways. */
const TRIED = Object.entries(LOSSES).filter(
  ([what]) => FULL || ["is not there", "is an older copy"].includes(what),
);

for (const [what, [names, lose]] of TRIED)
  test(`a database that ${what} is refused by start, db:migrate and verify, with its path and the way out`, async () => {
    expect(await start([1])).toBe("started");
    await copyFile(file(), join(folder, "antes.db"));
    expect(await start([2, 3])).toBe("started");
    await lose();
    const before = await readFile(file()).catch(() => null);
    const refused = await start();
    expect(refused).toMatch(names);
    expect(refused).toMatch(/sge (?:restore|adopt)/);
    expect(refused).not.toContain("\n");
    const { code, out } = await sge("verify");
    expect([code, out]).toEqual([1, expect.stringMatching(names)]);
    if (ASKED_OF_A_PROCESS.includes(what)) {
      const door = new URL("../../src/tools/migrate.ts", import.meta.url).pathname;
      const migrate = Bun.spawn([process.execPath, door], { env: env(), stderr: "pipe" });
      expect([await migrate.stderr.text(), await migrate.exited]).toEqual([
        expect.stringMatching(names),
        1,
      ]);
    }
    // No file was created or changed.
    expect((await readFile(file()).catch(() => null))?.length).toBe(before?.length);
  });

for (const [what, [names, lose]] of TRIED)
  test(`a database that ${what} is not backed up, and older backups stay`, async () => {
    const copies = join(folder, "copias");
    await start([1]);
    await copyFile(file(), join(folder, "antes.db"));
    await start([2, 3]);
    expect((await sge("backup", copies, "--keep", "1")).code).toBe(0);
    const kept = await readdir(copies);
    await lose();
    const { code, out } = await sge("backup", copies, "--keep", "1");
    expect([code, out]).toEqual([1, expect.stringMatching(names)]);
    expect(out).toMatch(/sge (?:restore|adopt)/);
    expect(await readdir(copies)).toEqual(kept);
  });

testInFull(
  "a log that was lost after kill -9 is missed by start and verify, to the number of commits",
  async () => {
    await using server = startProcess(folder);
    await signIn(await server.listening);
    server.child.kill("SIGKILL");
    await server.child.exited;
    await rm(`${file()}-wal`);
    const missing = /(?:perdeu \d+ das \d+ gravações|está vazio)/;
    for (const argv of [["import", "nota.xml"], ["verify"], ["adopt"]]) {
      await writeFile(join(folder, "nota.xml"), syntheticNote({ seed: 1 }).xml);
      expect(await alone(...argv)).toEqual({ code: 1, out: expect.stringMatching(missing) });
    }
  },
);

testInFull("adopt prints the difference, and accepts the database only with --force", async () => {
  await importedAlone(1);
  await copyFile(file(), join(folder, "antes.db"));
  await importedAlone(2);
  await rename(file(), join(folder, "depois.db"));
  await copyFile(join(folder, "antes.db"), file());
  const lost = { code: 1, out: expect.stringContaining("perdeu 1 das") };
  expect(await alone("adopt")).toEqual(lost);
  expect(await importedAlone(3)).toEqual(lost);
  expect((await alone("adopt", "--force")).code).toBe(0);
  expect((await importedAlone(3)).code).toBe(0);
  expect(await alone("adopt")).toEqual({ code: 0, out: expect.stringContaining("não há o que") });
  expect((await alone("verify")).code).toBe(0);
  await rename(join(folder, "depois.db"), file());
  expect(await importedAlone(3)).toEqual({
    code: 1,
    out: expect.stringContaining("não é o banco de dados desta instalação"),
  });
});

test("adopt --force without a database lets the next start make a new installation", async () => {
  await start([1]);
  await rm(file());
  expect((await sge("adopt")).code).toBe(1);
  expect(await start()).toContain("Não há banco de dados");
  expect((await sge("adopt", "--force")).code).toBe(0);
  expect(await start([1])).toBe("started");
});

test("adopt without a database and a mark prints the paths, ends with 1 and creates nothing", async () => {
  for (const argv of [["adopt"], ["adopt", "--force"]]) {
    const { code, out } = await sge(...argv);
    expect([code, out]).toEqual([1, expect.stringMatching(/Não há banco de dados em .*sge\.db/)]);
  }
  expect(await readdir(folder)).toEqual([]);
});

test("an installation that moves without its mark gets one at its first start, and a restore needs no adopt", async () => {
  await start([1]);
  const { path } = await backup(parseConfig(env()), join(folder, "copias"), 0, new Date());
  await start([2]);
  await rm(join(data(), "installation"));
  expect(await start()).toBe("started");
  await truncate(file(), 0);
  expect(await start()).toContain("está vazio");
  expect((await sge("restore", path, "--force")).code).toBe(0);
  expect(await start()).toBe("started");
  expect((await sge("verify")).code).toBe(0);
});

test("a database that VACUUM made smaller is the same one; a truncated one is not", async () => {
  const opened = async (sql: string) => {
    const database = openConnection(file(), "");
    await database.executeMultiple(sql);
    await database.close();
  };
  await start([1]);
  await opened("create table spare (a blob); insert into spare values (zeroblob(900000))");
  expect(await start([2])).toBe("started");
  const { size } = await stat(file());
  await opened("drop table spare; vacuum; pragma wal_checkpoint(truncate)");
  expect((await stat(file())).size).toBeLessThan(size);
  expect(await start([3])).toBe("started");
  expect((await sge("verify")).code).toBe(0);
  await opened("pragma wal_checkpoint(truncate)");
  await truncate(file(), (await stat(file())).size - 8_192);
  expect(await start()).toMatch(/sge\.db (?:foi truncado|.*danificado).*sge restore/);
});

test("a folder, a file or a full disk in the way gives a Portuguese sentence, not the system's message", async () => {
  await mkdir(join(folder, "taken"));
  await writeFile(join(folder, "plain"), "");
  for (const DATABASE_URL of [
    `file:${folder}/taken`,
    `file:${folder}/plain/sge.db`,
    "file:/proc/nowhere/sge.db",
  ]) {
    const said = await start([], { DATABASE_URL, DATA_DIR: join(folder, "d") });
    expect([DATABASE_URL, said]).toEqual([
      DATABASE_URL,
      expect.stringMatching(/^(?:O banco de dados em )?\/.*[a-zã]/),
    ]);
    expect(said).not.toMatch(/EEXIST|ENOTDIR|EISDIR|ENOENT|ConnectionFailed|SQLITE|Error/);
  }
  const said = await start([], { DATA_DIR: join(folder, "plain") });
  expect(said).toBe(`${join(folder, "plain")}: no lugar da pasta há um arquivo`);
});
