import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { firstRun } from "../../src/accounts/people/first-run.ts";
import { createApp } from "../../src/app.ts";
import { findFiles } from "../../src/cli/documents/find-files.ts";
import { importFiles } from "../../src/cli/documents/import.ts";
import { localService } from "../../src/cli/service/local-service.ts";
import { runningServer } from "../../src/cli/service/running-server.ts";
import { readAs, type Service } from "../../src/cli/service/service-client.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { compareDocuments } from "../../src/nfe/read/compare.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import { openDatabase } from "../../src/platform/bun/database/database.ts";
import { serve } from "../../src/platform/bun/serve.ts";
import { readPackedAnswer } from "../../src/sefaz/wire/distribution.ts";
import { utf8 } from "../../src/synthetic/bytes.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { zipOf } from "../../src/synthetic/zip.ts";
import { noProgress, nullSink, runCommandLine } from "../support/terminal.ts";

let folder = "";
let config: Config;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-local-"));
  config = parseConfig({
    DATA_DIR: folder,
    DATABASE_URL: `file:${folder}/sge.db`,
    COMPANY_CNPJ: COMPANY.cnpj,
    ADMIN_PASSWORD: "uma senha comprida",
    PASSWORD_COST: "4",
    PORT: "0",
    LOG_LEVEL: "error",
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const xml = (seed: number) => utf8(syntheticNote({ seed }).xml);
const options = { approve: true, dryRun: false, parallel: 2 };

async function notes() {
  const inside = join(folder, "notas");
  await Bun.write(join(inside, "uma.xml"), xml(1));
  await Bun.write(join(inside, "cortada.xml"), xml(2).slice(0, 900));
  const zip = await zipOf([
    { name: "duas.xml", bytes: xml(3) },
    { name: "leia.pdf", bytes: utf8("%PDF-1.7") },
  ]);
  await Bun.write(join(inside, "lote.zip"), zip);
  return (await findFiles([inside])).files;
}

async function stock(service: Service): Promise<number> {
  const page = z.object({ pagination: z.object({ total: z.number() }) });
  return (await readAs(page, await service.ask("/api/nfes"))).pagination.total;
}

test("an import without a server opens the database, and a second one changes nothing", async () => {
  const files = await notes();
  const service = await localService(config, {}, "create");
  try {
    const first = await importFiles(service, files, options);
    expect(first.counts).toMatchObject({ approved: 2, rejected: 1, ignored: 1, duplicate: 0 });
    expect(first.rejected.map(({ file }) => file)).toEqual([join(folder, "notas", "cortada.xml")]);
    const again = await importFiles(service, files, options);
    expect(again.counts).toMatchObject({ approved: 0, duplicate: 2, rejected: 1 });
    expect(await stock(service)).toBe(2);
  } finally {
    await service.close();
  }
  expect(await readdir(folder)).not.toContain("server.json");
});

test("a file that is removed before it is sent is rejected alone", async () => {
  const files = await notes();
  await rm(join(folder, "notas", "cortada.xml"));
  const service = await localService(config, {}, "create");
  const tally = await importFiles(service, files, options);
  await service.close();
  expect(tally.counts).toMatchObject({ approved: 2, rejected: 1 });
  expect(tally.rejected.map(({ code }) => code)).toEqual(["unreadable"]);
});

test("a dry run without a server stores no note", async () => {
  const files = await notes();
  const service = await localService(config, {}, "create");
  const tally = await importFiles(service, files, { ...options, dryRun: true });
  expect(tally.rejected).toHaveLength(1);
  expect(await stock(service)).toBe(0);
  await service.close();
});

test("a running server is used as the administrator, without a password", async () => {
  const running = await serve(config, {
    domain: { readDocument, compareDocuments, readPackedAnswer },
    async build(ports) {
      await firstRun(ports);
      return createApp(() => ports);
    },
  });
  try {
    expect(await runningServer(config)).toBe(running.url);
    const service = await localService(config, {}, "create");
    expect(service.where).toBe(running.url);
    const tally = await importFiles(service, await notes(), options);
    expect(tally.counts).toMatchObject({ approved: 2, rejected: 1 });
    await service.close();
  } finally {
    await running.stop();
  }
  expect(await runningServer(config)).toBeNull();
});

test("a server.json of a server that no longer runs is ignored", async () => {
  const sign = join(folder, "server.json");
  await writeFile(sign, JSON.stringify({ url: "http://127.0.0.1:9", pid: process.pid }));
  expect(await runningServer(config)).toBeNull();
  await writeFile(sign, JSON.stringify({ url: "http://127.0.0.1:9", pid: 4_194_303 }));
  expect(await runningServer(config)).toBeNull();
  await writeFile(sign, "{");
  expect(await runningServer(config)).toBeNull();
});

test("a read creates no file, folder or company, and its message names the path", async () => {
  const nowhere = parseConfig({
    DATA_DIR: join(folder, "other"),
    DATABASE_URL: `file:${folder}/other/sge.db`,
  });
  const dryRun = ["import", "--dry-run", (await notes())[0]?.path ?? ""];
  const env = { DATA_DIR: nowhere.DATA_DIR, DATABASE_URL: nowhere.DATABASE_URL };
  for (const argv of [
    ["export", "stock"],
    ["export", "movements"],
    ["verify"],
    ["backup", join(folder, "c")],
    ["password", "a@b.example", "--generate"],
    dryRun,
  ]) {
    const { code, said } = await sge(argv, env);
    expect([argv[0], code, said]).toEqual([
      argv[0],
      1,
      expect.stringContaining(`Não há banco de dados em ${folder}/other/sge.db`),
    ]);
  }
  expect(await readdir(folder)).toEqual(["notas"]);
});

test("a read of an empty or older database changes nothing and says what to do", async () => {
  const database = await openDatabase(config.DATABASE_URL);
  await database.writing.execute("create table t (a)");
  await database.close();
  await expect(localService(config, {}, "read")).rejects.toThrow("está vazio");
  const after = await openDatabase(config.DATABASE_URL);
  const { rows } = await after.reading.execute("select name from sqlite_schema");
  await after.close();
  expect(rows).toEqual([{ name: "t" }]);
  expect(await readdir(folder)).not.toContain("jwt-secret");
});

test("a read of a database works without the service, and creates no secret", async () => {
  await (await localService(config, {}, "create")).close();
  await rm(join(folder, "jwt-secret"), { force: true });
  const { code, said } = await sge(["export", "stock", "--out", join(folder, "e.csv")], {
    DATA_DIR: folder,
    DATABASE_URL: config.DATABASE_URL,
  });
  expect([code, said]).toEqual([0, expect.stringContaining("bytes")]);
  expect(await readdir(folder)).not.toContain("jwt-secret");
});

/** Runs a command line on this machine: its exit code, and the lines that it printed. */
async function sge(argv: readonly string[], env: Record<string, string>) {
  const { code, all } = await runCommandLine(argv, {
    env,
    fetch,
    local: localService,
    stdout: () => nullSink,
    progress: noProgress,
  });
  return { code, said: all };
}

test("an unknown user cannot be impersonated", async () => {
  await expect(localService(config, { email: "ninguem@exemplo.br" }, "create")).rejects.toThrow(
    "Não há usuário ativo",
  );
});
