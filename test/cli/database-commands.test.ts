import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backup } from "../../src/cli/database/backup.ts";
import { backupsIn, manifestOf } from "../../src/cli/database/backup-files.ts";
import { restore } from "../../src/cli/database/restore.ts";
import { type Damage, verify } from "../../src/cli/database/verify.ts";
import { localService } from "../../src/cli/service/local-service.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { openConnection } from "../../src/platform/bun/database/connection.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { withServer } from "../support/server.ts";
import { runCommandLine } from "../support/terminal.ts";

let folder = "";
let config: Config;
let copies = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-database-commands-"));
  copies = join(folder, "copias");
  config = parseConfig(env());
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const env = () => ({
  DATA_DIR: join(folder, "data"),
  DATABASE_URL: `file:${file()}`,
  COMPANY_CNPJ: COMPANY.cnpj,
  ADMIN_PASSWORD: "uma senha comprida",
  PASSWORD_COST: "4",
});
const file = () => join(folder, "data", "sge.db");
const NOW = new Date("2026-11-23T15:45:00Z");
const said = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

/** Makes the database with approved notes of these seeds, and closes it. */
async function kept(...seeds: number[]): Promise<void> {
  const service = await localService(config, {}, "create");
  for (const seed of seeds)
    await service.ask("/api/nfe/upload?approve=true", {
      method: "POST",
      body: syntheticNote({ seed }).xml,
      headers: { "content-type": "application/xml" },
    });
  await service.close();
}

/** The first column of a query on a database file. */
function asked(path: string, sql: string): unknown[] {
  using database = new Database(path);
  return database
    .query(sql)
    .values()
    .map(([first]) => first);
}
const NOTES = "select access_key from notes order by access_key";

/** The exit code of a command line, and the lines that it printed. */
async function sge(...argv: string[]) {
  const { code, all } = await runCommandLine(argv, { env: env() });
  return { code, out: all };
}

test("a backup of a running service has its notes, its files, and a manifest with their hashes", () =>
  withServer(
    async (server) => {
      await server.upload(syntheticNote({ seed: 1 }).xml, "?approve=true");
      await Bun.write(join(config.DATA_DIR, "blobs/exports/1/a.csv"), "sep=;\r\n");
      await Bun.write(join(config.DATA_DIR, "blobs/exports/1/b.csv.1.1~"), "meio");
      const { code, out } = await sge("backup", copies);
      expect([code, out]).toEqual([0, expect.stringContaining("conferidos")]);
      const [made = ""] = await backupsIn(copies);
      expect((await manifestOf(made))?.files.map(({ path }) => path)).toEqual([
        "blobs/exports/1/a.csv",
        "sge.db",
      ]);
      expect(asked(join(made, "sge.db"), NOTES)).toEqual([syntheticNote({ seed: 1 }).accessKey]);
      // The service continues; later notes are not in the backup.
      expect((await server.upload(syntheticNote({ seed: 2 }).xml)).status).toBe(200);
      expect(asked(join(made, "sge.db"), NOTES)).toHaveLength(1);
    },
    { DATABASE_URL: config.DATABASE_URL, DATA_DIR: config.DATA_DIR },
  ));

test("backup --keep removes only the oldest backups", async () => {
  await kept();
  await Bun.write(join(copies, "sge-20200101T000000Z", "nota.txt"), "no manifest: no backup");
  await Bun.write(join(copies, "outra.txt"), "of another program");
  const at = (second: number) => new Date(NOW.getTime() + second * 1_000);
  for (const second of [0, 1, 2]) await backup(config, copies, 0, at(second));
  const { removed } = await backup(config, copies, 2, at(3));
  expect(removed).toHaveLength(2);
  expect((await readdir(copies)).sort()).toEqual([
    "outra.txt",
    "sge-20200101T000000Z",
    "sge-20261123T154502Z",
    "sge-20261123T154503Z",
  ]);
  // Two backups in one second have different names.
  const [first, second] = [
    await backup(config, copies, 0, NOW),
    await backup(config, copies, 0, NOW),
  ];
  expect(first.path).not.toBe(second.path);
});

test("a backup that fails ends with 1, leaves no files, and changes no older backup", async () => {
  await kept(1, 2, 3);
  await backup(config, copies, 0, NOW);
  await Bun.write(join(copies, ".sge-20261123T000000Z.4194303.parcial", "sge.db"), "of a dead one");
  const bytes = await readFile(file());
  // Damages a page in the middle.
  bytes.fill(0x5a, 4_096 * 12, 4_096 * 14);
  await writeFile(file(), bytes);
  const { code, out } = await sge("backup", copies, "--keep", "1");
  expect([code, out === ""]).toEqual([1, false]);
  expect(await readdir(copies)).toEqual(["sge-20261123T154500Z"]);
  await rm(file());
  expect((await sge("backup", copies)).out).toContain("Não há banco de dados");
  expect(existsSync(file())).toBe(false);
});

test("a restore keeps the replaced database, and makes old tokens and cursors invalid", async () => {
  await kept(1);
  await Bun.write(join(config.DATA_DIR, "blobs/exports/1/a.csv"), "sep=;\r\n");
  const { path } = await backup(config, copies, 0, NOW);
  await kept(2);
  await rm(join(config.DATA_DIR, "blobs"), { recursive: true, force: true });
  const sum =
    "select sum(version) from cache_versions union all select max(token_version) from users";
  const before = asked(file(), sum);
  // The binding closes the file when its statements are garbage-collected.
  Bun.gc(true);

  const refused = await sge("restore", path);
  expect([refused.code, refused.out]).toEqual([1, expect.stringContaining("--force")]);
  expect(await sge("restore", path, "--force")).toMatchObject({ code: 0 });

  expect(asked(file(), NOTES)).toEqual([syntheticNote({ seed: 1 }).accessKey]);
  expect(await Bun.file(join(config.DATA_DIR, "blobs/exports/1/a.csv")).text()).toBe("sep=;\r\n");
  const aside = (await readdir(config.DATA_DIR)).filter((name) => name.includes(".antes-"));
  expect(aside).toHaveLength(1);
  expect(asked(join(config.DATA_DIR, aside[0] ?? ""), NOTES)).toHaveLength(2);
  const after = asked(file(), sum);
  expect(after.every((value, i) => Number(value) > Number(before[i]) + 900_000)).toBe(true);
  await kept(2);
  const events = asked(file(), "select id from events order by id");
  expect(Number(events.at(-1)) - Number(events[0])).toBeGreaterThan(900_000);
  expect((await sge("verify")).code).toBe(0);
});

test("a restore changes nothing while a process has the database open, or when the copy is damaged", async () => {
  await kept(1);
  const { path } = await backup(config, copies, 0, NOW);
  const restored = (from: string) => said(restore(config, from, true, NOW));
  await withServer(
    async () => expect(await restored(path)).toContain("Um servidor usa este banco"),
    { DATABASE_URL: config.DATABASE_URL, DATA_DIR: config.DATA_DIR },
  );
  const other = openConnection(file(), "PRAGMA query_only = 1");
  await other.execute("select * from notes");
  expect(await restored(path)).toContain("Outro processo tem");
  other.close();

  const database = join(path, "sge.db");
  const bytes = await readFile(database);
  await writeFile(database, bytes.subarray(0, bytes.length - 1));
  expect(await restored(path)).toContain("está danificada");
  await rm(join(path, "manifest.json"));
  expect(await restored(path)).toContain("falta o manifesto");
  await writeFile(join(folder, "outro.db"), "isto não é um banco");
  expect(await restored(join(folder, "outro.db"))).toContain("não está íntegro");
  expect(await restored(join(folder, "nada"))).toContain("Não há cópia");
  await writeFile(database, bytes);
  const newer = openConnection(database, "");
  await newer.execute(
    "insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)",
  );
  newer.close();
  expect(await restored(database)).toContain("versão mais nova");

  expect(asked(file(), NOTES)).toHaveLength(1);
  expect((await readdir(config.DATA_DIR)).filter((name) => /parcial|antes/.test(name))).toEqual([]);
});

test("a database that cannot be opened is kept under another name, and a single file can replace it", async () => {
  await kept(1);
  const { path } = await backup(config, copies, 0, NOW);
  await writeFile(file(), "não é mais um banco");
  expect(await said(restore(config, join(path, "sge.db"), true, NOW))).toBe("done");
  expect(asked(file(), NOTES)).toHaveLength(1);
});

test("verify names each damage, and ends with 1", async () => {
  await kept(1, 2, 3);
  const whole = await sge("verify");
  expect(whole).toEqual({ code: 0, out: expect.stringContaining("Tudo certo") });
  const keys = asked(file(), NOTES);
  const [product] = asked(file(), "select product from balances order by product");
  const [sha256] = asked(file(), `select sha256 from notes where access_key = '${keys[1]}'`);
  const database = openConnection(file(), "PRAGMA foreign_keys = OFF");
  await database.executeMultiple(`
    update balances set quantity_e4 = quantity_e4 + 1 where product = '${product}';
    update originals set gzip = substr(gzip, 1, length(gzip) - 9) where sha256 = '${sha256}';
    update note_items set quantity_e4 = quantity_e4 + 1
      where note = (select id from notes where access_key = '${keys[0]}') and position = 1;
    update notes set status = 'PENDENTE' where access_key = '${keys[2]}';`);
  database.close();
  const found: Damage[] = [];
  await verify(config, (flaw) => found.push(flaw));
  expect(found.map(({ part, which }) => `${part} ${which}`).sort()).toEqual([
    `balance ${product}`,
    ...keys.map((key) => `note ${key}`),
    `original ${sha256}`,
  ]);
  const { code, out } = await sge("verify");
  expect([code, out]).toEqual([1, expect.stringContaining("5 problemas")]);
});
