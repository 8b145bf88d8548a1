import { expect, test } from "bun:test";
import {
  copyFile,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../../../src/platform/bun/database/connection.ts";
import { threadConnection } from "../../../src/platform/bun/database/writer-thread.ts";
import {
  openWriting,
  type WritingConnection,
} from "../../../src/platform/bun/database/writing-connection.ts";

const WRITES = "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF";
const row = (n: number) => ({ sql: "insert into t values (?1, zeroblob(3000))", args: [n] });

interface World {
  readonly path: string;
  readonly connection: WritingConnection;
}

/** A database of 60 rows, the older ones in its file and the newer ones in its log. */
async function withWorld(body: (world: World) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sge-watch-"));
  const path = join(folder, "t.db");
  const connection = openWriting(path, WRITES);
  await connection.executeMultiple("create table t (a integer primary key, b blob) strict");
  for (let n = 0; n < 30; n += 1) await connection.batch([row(n)], "write");
  await connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  for (let n = 30; n < 60; n += 1) await connection.batch([row(n)], "write");
  await connection.inspect();
  try {
    await body({ path, connection });
  } finally {
    await connection.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const caught = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

async function overwrite(path: string, at: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

/** Another file of the same bytes under the name. */
async function replace(path: string): Promise<void> {
  await copyFile(path, `${path}.new`);
  await rename(`${path}.new`, path);
}

const HARM: Readonly<
  Record<string, readonly [string, string, (path: string) => Promise<unknown>]>
> = {
  "the database removed": ["STORAGE_GONE", "", (path) => rm(path)],
  "the database replaced": ["STORAGE_GONE", "", replace],
  "the log removed": ["STORAGE_GONE", "-wal", (path) => rm(`${path}-wal`)],
  "the log replaced": ["STORAGE_GONE", "-wal", (path) => replace(`${path}-wal`)],
  "the log's index removed": ["STORAGE_GONE", "-shm", (path) => rm(`${path}-shm`)],
  "the database emptied": ["STORAGE_DAMAGED", "", (path) => truncate(path, 0)],
  "the database cut by a page": [
    "STORAGE_DAMAGED",
    "",
    async (path) => truncate(path, (await stat(path)).size - 4_096),
  ],
  "the database overwritten with text": [
    "STORAGE_DAMAGED",
    "",
    (path) => overwrite(path, 0, new Uint8Array(100).fill(65)),
  ],
  "the database overwritten by an older one": [
    "STORAGE_DAMAGED",
    "",
    (path) => overwrite(path, 24, new Uint8Array(4)),
  ],
  "the log emptied": ["STORAGE_DAMAGED", "-wal", (path) => truncate(`${path}-wal`, 0)],
  "the log cut by a byte": [
    "STORAGE_DAMAGED",
    "-wal",
    async (path) => truncate(`${path}-wal`, (await stat(`${path}-wal`)).size - 1),
  ],
  "the log's head overwritten": [
    "STORAGE_DAMAGED",
    "-wal",
    (path) => overwrite(`${path}-wal`, 16, new Uint8Array(8)),
  ],
};

for (const [what, [code, end, harm]] of Object.entries(HARM))
  test(`${what}: the next check and the next write fail with the name of the file`, () =>
    withWorld(async ({ path, connection }) => {
      await harm(path);
      const fault = { code, message: expect.stringContaining(`${path}${end}. Pare o serviço`) };
      expect(await caught(connection.inspect())).toMatchObject(fault);
      expect(await caught(connection.batch([row(1_000)], "write"))).toMatchObject(fault);
      expect(await caught(connection.execute(row(1_001)))).toMatchObject(fault);
    }));

test("a write that ends after its file was removed is not acknowledged", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-watch-"));
  const path = join(folder, "t.db");
  const connection = await threadConnection(path, WRITES);
  await connection.executeMultiple("create table t (a integer primary key, b blob) strict");
  const long = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000)
    insert into t select i, zeroblob(10) from n`;
  const written = connection.batch([long], "write");
  await Bun.sleep(20);
  await rm(path);
  expect(await caught(written)).toMatchObject({ code: "STORAGE_GONE" });
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

test("writes, checkpoints and truncations of the log by other connections are no fault", () =>
  withWorld(async ({ path, connection }) => {
    const other = openConnection(path, WRITES);
    for (let n = 100; n < 160; n += 1) {
      await other.batch([row(n)], "write");
      await connection.inspect();
      if (n % 20 === 0) await other.execute("PRAGMA wal_checkpoint(PASSIVE)");
      if (n % 30 === 0) await other.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      await connection.inspect();
      await connection.batch([row(n + 1_000)], "write");
    }
    const script = `
      import { openConnection } from ${JSON.stringify(new URL("../../../src/platform/bun/database/connection.ts", import.meta.url).pathname)};
      const c = openConnection(process.argv[1], "PRAGMA journal_mode = WAL");
      for (let n = 5000; n < 5400; n += 1)
        await c.batch([{ sql: "insert into t values (?1, zeroblob(3000))", args: [n] }], "write").catch(() => undefined);
      await c.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      await c.close();`;
    const child = Bun.spawn([process.execPath, "-e", script, path], { stderr: "pipe" });
    let looks = 0;
    while (child.exitCode === null) {
      await connection.inspect();
      looks += 1;
      await Bun.sleep(0);
    }
    expect([await child.stderr.text(), child.exitCode]).toEqual(["", 0]);
    expect(looks).toBeGreaterThan(10);
    await connection.inspect();
    await other.close();
  }));

test("a new, small or log-less database is watched too", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-watch-"));
  const path = join(folder, "new.db");
  const connection = openWriting(path, WRITES);
  expect(await connection.inspect()).toMatchObject({ size: expect.any(Number) });
  await connection.executeMultiple("create table t (a integer primary key, b blob) strict");
  await writeFile(path, await readFile(path));
  await connection.inspect();
  await rm(path);
  expect(await caught(connection.inspect())).toMatchObject({ code: "STORAGE_GONE" });
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

test("a VACUUM by another process makes the file smaller and is no fault; a cut after it is one", () =>
  withWorld(async ({ path, connection }) => {
    await connection.execute("delete from t where a > 3");
    const before = (await stat(path)).size;
    const vacuum = Bun.spawn(
      [
        process.execPath,
        "-e",
        `const { Database } = await import("bun:sqlite");
         const it = new Database(${JSON.stringify(path)});
         it.exec("vacuum; pragma wal_checkpoint(truncate)");
         it.close();`,
      ],
      { stderr: "pipe" },
    );
    expect([await vacuum.exited, await vacuum.stderr.text()]).toEqual([0, ""]);
    const after = (await stat(path)).size;
    expect(after).toBeLessThan(before);
    expect(await connection.inspect()).toMatchObject({ size: after });
    await connection.batch([row(90)], "write");
    await truncate(path, after / 2);
    expect(await caught(connection.inspect())).toMatchObject({ code: "STORAGE_DAMAGED" });
  }));
