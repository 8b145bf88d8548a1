import { afterEach, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { migrationsOf } from "../../../src/platform/bun/database/migrations.ts";
import { VERSION } from "../../../src/version.ts";
import { testInFull } from "../../support/full.ts";

const DOOR = new URL("../../../src/bun.ts", import.meta.url).pathname;

/** None outlives its test, not even one that fails. */
const children = new Set<{ kill(signal: "SIGKILL"): void }>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** The service as `start` runs it, in a directory of its own. */
function started(cwd: string, env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, DOOR], {
    cwd,
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", PASSWORD_COST: "4", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  children.add(child);
  const lines: string[] = [];
  const said = child.stderr.text();
  const listening = (async () => {
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      rest += chunk;
      lines.push(...rest.split("\n").slice(0, -1));
      rest = rest.slice(rest.lastIndexOf("\n") + 1);
      // Any line: the log of the first maintenance may come in the same chunk, after it.
      const url = /^listening on (http:\S+)$/m.exec(lines.join("\n"))?.[1];
      if (url !== undefined) return url;
    }
    return `it did not start: ${await said}`;
  })();
  return { child, lines, said, listening };
}
async function folder() {
  const path = await mkdtemp(join(tmpdir(), "sge-start-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("a generated password is shown at each start until its first login, and never in the log", async () => {
  await using dir = await folder();
  const file = join(dir.path, "data", "first-password");
  const seen: string[] = [];
  for (let start = 0; start < 2; start += 1) {
    const run = started(dir.path);
    const url = await run.listening;
    expect((await fetch(`${url}/api/health`)).status).toBe(200);
    expect(run.lines.filter((line) => line.includes('"first_password"'))).toHaveLength(1);
    expect(run.lines.filter((line) => line.startsWith("listening on"))).toHaveLength(1);
    const [email, password = ""] = (await readFile(file, "utf8")).split("\n");
    seen.push(password);
    if (start === 1) {
      const body = JSON.stringify({ email, password });
      expect((await fetch(`${url}/api/login`, { method: "POST", body })).status).toBe(200);
      expect(await readFile(file, "utf8").catch(() => "gone")).toBe("gone");
    }
    run.child.kill("SIGKILL");
    await run.child.exited;
    expect(run.lines.join("\n") + (await run.said)).not.toContain(password);
  }
  expect(new Set(seen).size).toBe(2);
});

/** The fields of the lines of the log with an event. */
const logged = (lines: readonly string[], event: string) =>
  lines
    .filter((line) => line.includes(`"event":"${event}"`))
    .map((line) => {
      const { at, level, event: _, pid, ...fields } = JSON.parse(line);
      return fields;
    });

testInFull("the data of the first run survives kill -9, and SIGTERM ends with 0", async () => {
  await using dir = await folder();
  const first = started(dir.path, { ADMIN_PASSWORD: "uma senha de verdade" });
  await first.listening;
  first.child.kill("SIGKILL");
  await first.child.exited;
  const second = started(dir.path);
  const url = await second.listening;
  const body = JSON.stringify({
    email: "admin@localhost.localdomain",
    password: "uma senha de verdade",
  });
  expect((await fetch(`${url}/api/login`, { method: "POST", body })).status).toBe(200);
  expect(second.lines.filter((line) => line.includes("first_password"))).toEqual([]);
  second.child.kill("SIGTERM");
  expect(await second.child.exited).toBe(0);
});

testInFull(
  "a start logs version, mode, database and migrations in one line, and a warning for each unused setting",
  async () => {
    await using dir = await folder();
    const first = started(dir.path, {
      ADMIN_PASSWORD: "uma senha de verdade",
      METRIC_TOKEN: "0123456789abcdef",
    });
    const url = await first.listening;
    const known = (await migrationsOf()).map(({ tag }) => tag);
    const line = {
      version: VERSION,
      mode: "development",
      url,
      database: "file",
      path: "data/sge.db",
      migrated: known.length,
    };
    expect(logged(first.lines, "server.started")).toEqual([line]);
    expect(logged(first.lines, "database.migrated").map(({ tag }) => tag)).toEqual(known);
    expect(logged(first.lines, "config.assumed")).toEqual([
      { name: "APP_ENV", value: "development", why: expect.any(String) },
    ]);
    expect(logged(first.lines, "config.unknown")).toEqual([
      { name: "METRIC_TOKEN", meant: "METRICS_TOKEN" },
    ]);
    expect(first.lines.join()).not.toContain("0123456789abcdef");
    first.child.kill("SIGTERM");
    await first.child.exited;

    const changed = {
      APP_ENV: "development",
      COMPANY_CNPJ: "11222333000181",
      COMPANY_NAME: "Minha empresa",
      COMPANY_ENVIRONMENT: "homologation",
      ADMIN_EMAIL: "outra@loja.example",
    };
    const second = started(dir.path, changed);
    await second.listening;
    expect(logged(second.lines, "server.started")).toMatchObject([{ migrated: 0 }]);
    expect(logged(second.lines, "config.assumed")).toEqual([]);
    expect(logged(second.lines, "config.ignored").map(({ name }) => name)).toEqual([
      "COMPANY_CNPJ",
      "COMPANY_ENVIRONMENT",
      "ADMIN_EMAIL",
    ]);
    second.child.kill("SIGTERM");
    await second.child.exited;

    const third = started(dir.path, {
      APP_ENV: "development",
      ADMIN_PASSWORD: "outra-senha-qualquer",
    });
    await third.listening;
    expect(logged(third.lines, "config.ignored").map(({ name }) => name)).toEqual([
      "ADMIN_PASSWORD",
    ]);
  },
);

test("a start with a database of a newer program ends with 1, and says what to do", async () => {
  await using dir = await folder();
  const database = await openDatabase(`file:${join(dir.path, "data", "sge.db")}`);
  await database.migrate();
  await database.writing.execute(
    "insert into __drizzle_migrations (hash, created_at) values ('0', 9999999999999)",
  );
  await database.close();
  const { child, said } = started(dir.path);
  expect(await child.exited).toBe(1);
  expect(await said).toMatch(/^O banco de dados foi migrado por uma versão mais nova .*\n$/);
});

testInFull("a second signal ends the process at once", async () => {
  await using dir = await folder();
  // A login that computes for a while is in work.
  const env = { SHUTDOWN_TIMEOUT_MS: "600000", PASSWORD_COST: "17" };
  const { child, listening } = started(dir.path, env);
  const url = await listening;
  const body = JSON.stringify({ email: "a@b.example", password: "uma senha qualquer" });
  const login = fetch(`${url}/api/login`, { method: "POST", body }).catch(() => null);
  await fetch(`${url}/api/health`);
  child.kill("SIGINT");
  // It is stopping when it accepts no new connection.
  for (let open = true; open; )
    open = await fetch(`${url}/api/health`).then(
      () => true,
      () => false,
    );
  expect(child.exitCode).toBeNull();
  child.kill("SIGINT");
  expect(await child.exited).toBe(1);
  expect(await login).toBeNull();
});

test("a wrong configuration does not start, and reports all of its errors", async () => {
  await using dir = await folder();
  const broken = started(dir.path, { PORT: "minus one", NFE_QUEUE: "0" });
  const open = started(dir.path, { HOST: "0.0.0.0" });
  const weak = started(dir.path, { ADMIN_PASSWORD: "admin@localhost.localdomain" });
  for (const { child } of [broken, open, weak]) expect(await child.exited).toBe(1);
  expect(await broken.said).toContain("PORT");
  expect(await broken.said).toContain("NFE_QUEUE");
  expect(await open.said).toContain("JWT_SECRET");
  expect(await weak.said).toContain("ADMIN_PASSWORD");
});
