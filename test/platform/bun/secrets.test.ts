import { expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwtSecret } from "../../../src/platform/bun/files/secrets.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "sge-secrets-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
const asking = (path: string, more = {}) => ({
  APP_ENV: "development" as const,
  DATA_DIR: join(path, "data"),
  JWT_SECRET: undefined,
  ...more,
});

test("a configured secret is used, and nothing is written", async () => {
  await using dir = await folder();
  const given = "given ".repeat(6);
  expect(await jwtSecret(asking(dir.path, { JWT_SECRET: given }))).toBe(given);
  expect(await readdir(dir.path)).toEqual([]);
});

test("a development secret is generated once, readable by its owner only", async () => {
  await using dir = await folder();
  const made = await jwtSecret(asking(dir.path));
  expect(made).toMatch(/^[0-9a-f]{64}$/);
  expect(await jwtSecret(asking(dir.path))).toBe(made);
  expect(await readdir(join(dir.path, "data"))).toEqual(["jwt-secret"]);
  expect((await stat(join(dir.path, "data", "jwt-secret"))).mode & 0o777).toBe(0o600);
});

test("processes that start together agree on one secret", async () => {
  await using dir = await folder();
  const made = await Promise.all(Array.from({ length: 8 }, () => jwtSecret(asking(dir.path))));
  expect(new Set(made).size).toBe(1);
  expect(await readFile(join(dir.path, "data", "jwt-secret"), "utf8")).toBe(made[0] ?? "");
});

test("production generates no secret", async () => {
  await using dir = await folder();
  const refused = jwtSecret(asking(dir.path, { APP_ENV: "production" }));
  expect(await refused.catch((error: unknown) => String(error))).toContain("JWT_SECRET");
  expect(await readdir(dir.path)).toEqual([]);
});

test("a stored secret that was cut is not used", async () => {
  await using dir = await folder();
  await jwtSecret(asking(dir.path));
  await writeFile(join(dir.path, "data", "jwt-secret"), "short");
  const refused = jwtSecret(asking(dir.path));
  expect(await refused.catch((error: unknown) => String(error))).toContain("jwt-secret");
});

test("drafts of a dead start are removed by the next one, and those of a running start are not", async () => {
  await using dir = await folder();
  await jwtSecret(asking(dir.path));
  const data = join(dir.path, "data");
  const [old, fresh] = [crypto.randomUUID(), crypto.randomUUID()];
  for (const name of [old, fresh]) await writeFile(join(data, `jwt-secret.${name}`), "x");
  const before = new Date(Date.now() - 3_600_000);
  await utimes(join(data, `jwt-secret.${old}`), before, before);
  await jwtSecret(asking(dir.path));
  expect((await readdir(data)).sort()).toEqual(["jwt-secret", `jwt-secret.${fresh}`]);
});
