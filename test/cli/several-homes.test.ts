import { afterEach, beforeEach, expect } from "bun:test";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localService } from "../../src/cli/service/local-service.ts";
import { parseConfig } from "../../src/config.ts";
import { openConnection } from "../../src/platform/bun/database/connection.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { testInFull } from "../support/full.ts";
import { runCommandLine } from "../support/terminal.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-several-homes-"));
  await upload(1);
  expect(await sge("company", "move", "1", "--to", "norte")).toMatchObject({ code: 0 });
  await upload(2);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const first = () => join(folder, "data", "sge.db");
const norte = () => join(folder, "norte.db");
const env = () => ({
  DATA_DIR: join(folder, "data"),
  DATABASE_URL: `file:${first()}`,
  DATABASE_URLS: `norte=file:${norte()}`,
  COMPANY_CNPJ: COMPANY.cnpj,
  ADMIN_PASSWORD: "uma senha comprida",
  PASSWORD_COST: "4",
});

async function upload(seed: number): Promise<void> {
  const service = await localService(parseConfig(env()), {}, "create");
  const { status } = await service.ask("/api/nfe/upload?approve=true", {
    method: "POST",
    body: syntheticNote({ seed }).xml,
    headers: { "content-type": "application/xml" },
  });
  await service.close();
  expect(status).toBe(200);
}

/** The exit code of a command line, and the lines that it printed. */
async function sgeWith(settings: Record<string, string>, ...argv: string[]) {
  const { code, all } = await runCommandLine(argv, { env: settings });
  return { code, out: all };
}
const sge = (...argv: string[]) => sgeWith(env(), ...argv);
const alone = () => ({ ...env(), DATABASE_URLS: "" });

/** The access keys that a database file has. */
async function notesIn(path: string): Promise<unknown[]> {
  const database = openConnection(path, "");
  const { rows } = await database.execute("select access_key from notes order by access_key");
  database.close();
  // The binding closes the file when its statements are garbage-collected.
  Bun.gc(true);
  return rows.map((row) => Object.values(row)[0]);
}
const keys = (...seeds: number[]) => seeds.map((seed) => syntheticNote({ seed }).accessKey).sort();

async function backedUp(): Promise<string> {
  const { code, out } = await sge("backup", join(folder, "copias"));
  expect([code, out]).toEqual([0, expect.stringContaining("conferidos")]);
  return out.slice(0, out.indexOf(": "));
}

testInFull(
  "a backup of two databases restores both, and notes sent afterwards are in the second one",
  async () => {
    const copy = await backedUp();
    await upload(3);
    expect(await sge("restore", copy)).toEqual({
      code: 1,
      out: expect.stringContaining("--force"),
    });
    // The service of this process has closed its files when their statements are garbage-collected.
    Bun.gc(true);
    expect(await sge("restore", copy, "--force")).toMatchObject({ code: 0 });
    expect(await notesIn(norte())).toEqual(keys(1, 2));
    expect(await sge("verify")).toEqual({ code: 0, out: expect.stringContaining("Tudo certo") });
    await upload(4);
    expect(await notesIn(norte())).toEqual(keys(1, 2, 4));
    expect(await sge("verify")).toMatchObject({ code: 0 });
  },
);

testInFull(
  "a database that is missing is named by each command, and nothing is changed",
  async () => {
    const copy = await backedUp();
    const notKnown = "DATABASE_URLS não tem o banco norte, onde está a empresa 1";
    expect(await sgeWith(alone(), "backup", join(folder, "outras"))).toEqual({
      code: 1,
      out: expect.stringContaining(notKnown),
    });
    expect(await sgeWith(alone(), "verify")).toEqual({
      code: 1,
      out: expect.stringContaining(notKnown),
    });
    expect(await sgeWith(alone(), "restore", copy, "--force")).toEqual({
      code: 1,
      out: expect.stringContaining("DATABASE_URLS não tem o banco de norte.db, que a cópia tem"),
    });
    await rm(norte());
    for (const command of [["backup", join(folder, "outras")], ["verify"]])
      expect(await sge(...command)).toEqual({ code: 1, out: expect.stringContaining(norte()) });
    await rm(join(copy, "homes", "norte.db"));
    expect(await sge("restore", copy, "--force")).toEqual({
      code: 1,
      out: expect.stringContaining(`A cópia não tem o banco norte (${norte()})`),
    });
    expect(await notesIn(first())).toEqual(keys(1));
  },
);

testInFull(
  "databases of different days do not fit: the service does not start, verify and a restore say which company",
  async () => {
    const copy = await backedUp();
    const data = join(folder, "data");
    expect(await sge("company", "move", "1", "--to", "first")).toMatchObject({ code: 0 });
    await upload(3);
    const later = await backedUp();
    const both = "A empresa 1 está no banco norte, e o diretório a tem em first";
    // A set made by hand: the first database of one day, the second of another.
    const mixed = join(folder, "mista");
    await Bun.write(join(mixed, "homes", "norte.db"), Bun.file(join(copy, "homes", "norte.db")));
    await copyFile(join(later, "sge.db"), join(mixed, "sge.db"));
    const manifest = await Bun.file(join(later, "manifest.json")).json();
    const files = manifest.files.filter(({ path }: { path: string }) => path === "sge.db");
    await Bun.write(join(mixed, "manifest.json"), JSON.stringify({ ...manifest, files }));
    expect(await sge("restore", mixed, "--force")).toEqual({
      code: 1,
      out: expect.stringContaining(both),
    });
    expect(await notesIn(first())).toEqual(keys(1, 2, 3));

    for (const end of ["-wal", "-shm"]) await rm(norte() + end, { force: true });
    await copyFile(join(copy, "homes", "norte.db"), norte());
    await rm(join(data, "homes"), { recursive: true });
    const start = upload(4).then(
      () => "started",
      (error: unknown) => String(error),
    );
    expect(await start).toContain(both);
    expect(await sge("verify")).toEqual({ code: 1, out: expect.stringContaining(both) });
  },
);
