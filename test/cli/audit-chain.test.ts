import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backup } from "../../src/cli/database/backup.ts";
import { manifestOf } from "../../src/cli/database/backup-files.ts";
import { restore } from "../../src/cli/database/restore.ts";
import { localService } from "../../src/cli/service/local-service.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { chainAllAudits } from "../../src/journal/chain-audit.ts";
import { openConnection } from "../../src/platform/bun/database/connection.ts";
import { openDatabase } from "../../src/platform/bun/database/database.ts";
import { groupWriter } from "../../src/platform/libsql/group-writer.ts";
import { clientReader } from "../../src/platform/libsql/reader.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { runCommandLine } from "../support/terminal.ts";

let folder = "";
let config: Config;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-audit-chain-"));
  config = parseConfig(env());
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, "data", "sge.db");
const env = () => ({
  DATA_DIR: join(folder, "data"),
  DATABASE_URL: `file:${file()}`,
  COMPANY_CNPJ: COMPANY.cnpj,
  ADMIN_PASSWORD: "uma senha comprida",
  PASSWORD_COST: "4",
});
const NOW = new Date("2026-11-23T15:45:00Z");

/** A database with a registered note, whose audit lines are chained. */
async function chained(): Promise<void> {
  const service = await localService(config, {}, "create");
  const headers = { "content-type": "application/xml" };
  const body = syntheticNote({ seed: 1 }).xml;
  await service.ask("/api/nfe/upload", { method: "POST", body, headers });
  await service.close();
  await chainNow();
}

async function chainNow(): Promise<void> {
  const database = await openDatabase(config.DATABASE_URL);
  const yieldToEventLoop = () => Promise.resolve();
  const options = { group: 1, queue: 1, waitMs: 5_000, yieldToEventLoop };
  await chainAllAudits({
    reader: clientReader(database.reading),
    writer: groupWriter(database.writing, options),
    clock: { now: () => NOW.getTime() },
    yieldToEventLoop,
  });
  await database.close();
}

function change(sql: string): void {
  using database = new Database(file());
  database.run(sql);
}

async function verified(...argv: string[]) {
  const { code, all } = await runCommandLine(["verify", ...argv], { env: env() });
  return { code, all };
}

test("sge verify counts the audit lines, and names the first that does not follow", async () => {
  await chained();
  const whole = await verified();
  expect(whole.all).toMatch(/ e?,? ?\d linhas de auditoria/);
  expect(whole.code).toBe(0);
  change("update audit set action = 'logout' where seq = 2");
  const { code, all } = await verified();
  expect(all).toContain("auditoria empresa 1, linha 2: a linha não é a que foi encadeada");
  expect(code).toBe(1);
});

test("a backup notes the heads, by which sge verify finds a chain that was computed again", async () => {
  await chained();
  const { path } = await backup(config, join(folder, "copias"), 0, NOW);
  const [head] = (await manifestOf(path))?.audit ?? [];
  const noted = `${head?.company}:${head?.seq}:${head?.hash}`;
  expect((await verified("--audit-head", noted)).code).toBe(0);
  change("update audit set detail = '{}', seq = null, hash = null; delete from audit_heads;");
  await chainNow();
  expect((await verified()).code).toBe(0);
  const { code, all } = await verified("--audit-head", noted);
  expect(all).toContain(`linha ${head?.seq}: o hash da linha não é o que foi anotado`);
  expect(code).toBe(1);
  expect((await verified("--audit-head", "1:2:abc")).code).toBe(2);
});

test("a restore is an audit line of each company, after those of the backup", async () => {
  await chained();
  const { path } = await backup(config, join(folder, "copias"), 0, NOW);
  Bun.gc(true);
  await restore(config, path, true, NOW);
  await chainNow();
  const database = openConnection(file(), "");
  const { rows } = await database.execute(
    "select action, request_id, hash is not null as chained from audit order by id desc limit 1",
  );
  database.close();
  expect({ ...rows[0] }).toEqual({ action: "database.restore", request_id: "cli", chained: 1 });
  expect((await verified()).code).toBe(0);
});
