import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { fileBlobs } from "../../../src/platform/bun/files/blobs.ts";
import { jwtSecret } from "../../../src/platform/bun/files/secrets.ts";
import { testConfig } from "../../support/ports.ts";

/** Rights of the group and of everybody. */
const others = async (path: string) => (await stat(path)).mode & 0o077;

test("a folder made by the service is private to its owner; an existing folder is not changed", async () => {
  const root = await mkdtemp(join(tmpdir(), "sge-private-"));
  const at = (name: string) => join(root, name);
  const database = await openDatabase(`file:${at("db/sge.db")}`);
  await database.close();
  await jwtSecret({ ...testConfig(), DATA_DIR: at("data"), JWT_SECRET: undefined });
  await fileBlobs(at("blobs")).put("exports/1/a.csv", new Uint8Array([1]));
  for (const folder of ["db", "data", "blobs"])
    expect([folder, await others(at(folder))]).toEqual([folder, 0]);
  expect(await others(at("data/jwt-secret"))).toBe(0);
  await mkdir(at("shared"), { mode: 0o750 });
  const shared = await openDatabase(`file:${at("shared/sge.db")}`);
  await shared.close();
  expect(await others(at("shared"))).toBe(0o050);
  await rm(root, { recursive: true, force: true });
});
