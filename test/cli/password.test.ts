import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/config.ts";
import { firstPasswordPath } from "../../src/platform/bun/files/first-password.ts";
import { migrateAndSeed } from "../../src/start/migrate-and-seed.ts";
import { type Server, withServer } from "../support/server.ts";
import { libsqlServer } from "../support/sqld.ts";
import { runCommandLine } from "../support/terminal.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-password-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const EMAIL = "admin@localhost.localdomain";

/** Runs `sge password` on the database in `DATA_DIR`; `typed`: the answers to its prompts, in order. */
async function sgePassword(
  argv: readonly string[],
  typed: readonly string[] = [],
  { asksPerson = false, url = `file:${folder}/sge.db` } = {},
) {
  let asked = 0;
  const result = await runCommandLine(["password", ...argv], {
    env: { DATA_DIR: folder, DATABASE_URL: url, PASSWORD_COST: "4" },
    secret: async () => typed[asked++] ?? "",
    asksPerson,
  });
  return { ...result, asked };
}

const serving = (body: (server: Server) => Promise<void>) =>
  withServer(body, { DATA_DIR: folder, DATABASE_URL: `file:${folder}/sge.db` });

const enters = async ({ url }: Server, password: string) =>
  (
    await fetch(`${url}/api/login`, {
      method: "POST",
      body: JSON.stringify({ email: EMAIL, password }),
    })
  ).status;

test("sge password changes a password while the service runs, ends the sessions, and is audited", () =>
  serving(async (server) => {
    await Bun.write(firstPasswordPath(folder), "of a start");
    const json = { body: JSON.stringify({ name: "ERP", role: "ADMIN" }) };
    const { body: key } = await server.call("POST", "/api/keys", json);
    const { code, out, err } = await sgePassword([EMAIL.toUpperCase()], ["uma senha de agora"]);
    expect([code, out]).toEqual([0, []]);
    expect(err).toContain("sessões abertas foram encerradas");
    expect(err).toContain("continuam valendo: 1");
    expect((await server.call("GET", "/api/nfes")).status).toBe(401);
    const headers = { authorization: `Bearer ${key.key}` };
    expect((await fetch(`${server.url}/api/nfes`, { headers })).status).toBe(200);
    expect(await enters(server, "uma senha de agora")).toBe(200);
    expect(existsSync(firstPasswordPath(folder))).toBe(false);
    const rows = await server.ports.reader.rows({
      sql: "select user_id, entity_id, detail, peer from audit where action = 'password.set'",
      args: [],
    });
    expect(rows).toEqual([{ user_id: null, entity_id: "1", detail: "{}", peer: null }]);
  }));

test("sge password --generate writes only the password to the standard output", () =>
  serving(async (server) => {
    const { code, out, asked } = await sgePassword([EMAIL, "--generate"]);
    expect([code, out.length, asked]).toEqual([0, 1, 0]);
    expect(out[0]).toMatch(/^(?:[0-9a-z]{5}-){3}[0-9a-z]{5}$/);
    expect(await enters(server, out[0] ?? "")).toBe(200);
  }));

test("sge password refuses an unknown or inactive user, a weak password, and two passwords that differ", () =>
  serving(async (server) => {
    const hashes = () =>
      server.ports.reader.rows({ sql: "select password_hash, token_version from users", args: [] });
    const before = await hashes();
    const unknown = await sgePassword(["ninguem@loja.example"], ["uma senha de agora"]);
    expect([unknown.code, unknown.asked]).toEqual([1, 0]);
    expect(unknown.err).toContain("Não há usuário com o e-mail ninguem@loja.example");
    const weak = await sgePassword([EMAIL], ["curta"]);
    expect([weak.code, weak.err]).toEqual([1, expect.stringContaining("10 caracteres")]);
    const slip = await sgePassword([EMAIL], ["uma senha de agora", "uma senha de agora "], {
      asksPerson: true,
    });
    expect([slip.code, slip.asked, slip.err]).toEqual([1, 2, expect.stringContaining("iguais")]);
    await server.ports.writer.commit({
      statements: [{ sql: "update users set active = 0", args: [] }],
      read: () => undefined,
    });
    const inactive = await sgePassword([EMAIL], ["uma senha de agora"]);
    expect([inactive.code, inactive.asked]).toEqual([1, 0]);
    expect(inactive.err).toContain("inativo");
    expect(await hashes()).toEqual(before);
  }));

test("sge password creates no database, and prints its usage after a wrong command line", async () => {
  const { code, err } = await sgePassword([EMAIL], ["uma senha de agora"]);
  expect([code, err]).toEqual([1, expect.stringContaining("Não há banco de dados em")]);
  expect(await readdir(folder)).toEqual([]);
  expect((await sgePassword([])).code).toBe(2);
  expect((await sgePassword([EMAIL, "outra"])).code).toBe(2);
  expect((await sgePassword([EMAIL, "--genrate"])).code).toBe(2);
});

test("sge password sets a password in a Worker's database by its address", async () => {
  await using server = await libsqlServer();
  const url = `http://127.0.0.1:${server.port}`;
  const config = parseConfig({
    DATABASE_URL: url,
    DATA_DIR: folder,
    PASSWORD_COST: "4",
    ADMIN_EMAIL: EMAIL,
  });
  await migrateAndSeed(config, { printFile: () => undefined });
  expect(existsSync(firstPasswordPath(folder))).toBe(true);
  const { code, out } = await sgePassword([EMAIL, "--generate"], [], { url });
  expect([code, out.length]).toEqual([0, 1]);
  expect(existsSync(firstPasswordPath(folder))).toBe(false);
  // Nothing is left to be shown at the next deploy.
  expect((await migrateAndSeed(config, { printFile: () => undefined })).first).toBeNull();
});
