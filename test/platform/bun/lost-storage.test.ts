import { expect, test } from "bun:test";
import { copyFile, open, rename, rm, truncate, writeFile } from "node:fs/promises";
import { openConnection } from "../../../src/platform/bun/database/connection.ts";
import { filePath } from "../../../src/platform/bun/database/database.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type Server, withServer } from "../../support/server.ts";

const xml = (seed: number) => syntheticNote({ seed }).xml;
const pathOf = ({ ports }: Server) => filePath(ports.config.DATABASE_URL) ?? "";

const HARM: Readonly<Record<string, readonly [string, (path: string) => Promise<unknown>]>> = {
  "removed with its log": [
    "storage.gone",
    (path) => Promise.all(["", "-wal", "-shm"].map((end) => rm(`${path}${end}`))),
  ],
  "replaced by a copy": [
    "storage.gone",
    async (path) => {
      await copyFile(path, `${path}.new`);
      await rename(`${path}.new`, path);
    },
  ],
  "emptied in place": ["storage.damaged", (path) => truncate(path, 0)],
  "left without its log": ["storage.gone", (path) => rm(`${path}-wal`)],
};

for (const [what, [code, harm]] of Object.entries(HARM))
  test(`a database that is ${what} under the server stops writes with a code, and the log names the file`, () =>
    withServer(async (server) => {
      const lines: Record<string, unknown>[] = [];
      const path = pathOf(server);
      server.ports.storage.onFault((fault) => lines.push({ what: fault.message }));
      expect((await server.upload(xml(1), "?approve=true")).status).toBe(200);
      expect((await server.call("GET", "/api/health/full")).status).toBe(200);
      await harm(path);
      for (const seed of [2, 3]) {
        const refused = await server.upload(xml(seed), "?approve=true");
        expect([refused.status, refused.body.code]).toEqual([503, code]);
        expect(refused.text).not.toContain(path);
      }
      const health = await server.call("GET", "/api/health/full");
      expect([health.status, health.body.status, health.body.database]).toEqual([
        503,
        "error",
        "disconnected",
      ]);
      expect(health.body.checks).toContainEqual(
        expect.objectContaining({
          name: "database",
          ok: false,
          detail: expect.objectContaining({ code, run: "sge restore" }),
        }),
      );
      expect(health.text).not.toContain(path);
      // What was acknowledged is read as long as the process has its bytes, wherever the cache does not answer.
      const ofEmpty = [503, code];
      for (const list of ["nfes?page=1&limit=7", "nfes?search=x", "stock", "products?search=x"]) {
        const read = await server.call("GET", `/api/${list}`);
        const answer = [read.status, read.body.code];
        // A page of the file that is in memory answers for one that is gone.
        expect([
          [200, undefined],
          ...(what === "emptied in place" ? [ofEmpty] : []),
        ]).toContainEqual(answer);
        if (what === "emptied in place" && list.startsWith("nfes?page"))
          expect(answer).toEqual(ofEmpty);
      }
      expect(lines).toEqual([{ what: expect.stringMatching(/sge\.db.*sge restore/) }]);
    }));

test("a removed database is noticed within two seconds without any write", () =>
  withServer(async (server) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    server.ports.storage.onFault(({ code }) => resolve(code));
    await rm(pathOf(server));
    expect(await Promise.race([promise, Bun.sleep(2_000).then(() => "late")])).toBe("STORAGE_GONE");
  }));

test("a log that is emptied in place makes reads that need it storage.damaged, never internal", () =>
  withServer(async (server) => {
    for (const seed of [1, 2, 3]) await server.upload(xml(seed), "?approve=true");
    await truncate(`${pathOf(server)}-wal`, 0);
    for (const path of ["/api/nfes?limit=9", "/api/movements/list?limit=9", "/api/dashboard"]) {
      const { status, body } = await server.call("GET", path);
      if (status !== 200) expect([path, status, body.code]).toEqual([path, 503, "storage.damaged"]);
    }
    const { status, body } = await server.upload(xml(4));
    expect([status, body.code]).toEqual([503, "storage.damaged"]);
  }));

const LOGS: Readonly<Record<string, (log: string) => Promise<unknown>>> = {
  emptied: (log) => truncate(log, 0),
  overwritten: (log) => writeFile(log, "isto era um banco de dados\n".repeat(9)),
};

for (const [what, harm] of Object.entries(LOGS))
  test(`a log that is ${what} under the server is a 503 with its code for reads and writes`, () =>
    withServer(async (server) => {
      await server.upload(xml(1), "?approve=true");
      await harm(`${pathOf(server)}-wal`);
      for (const ask of ["nfes?limit=9", "movements/list?limit=9", "jobs?limit=9", "events"]) {
        const { status, body } = await server.call("GET", `/api/${ask}`);
        expect([ask, status, body.code]).toEqual([ask, 503, "storage.damaged"]);
      }
      for (const query of ["", "?approve=true"]) {
        const { status, body } = await server.upload(xml(2), query);
        expect([status, body.code]).toEqual([503, "storage.damaged"]);
      }
    }));

test("damaged pages are a 503 with its own code and stop all writes; the log alone has the sentence", () =>
  withServer(async (server) => {
    const path = pathOf(server);
    const reported: string[] = [];
    server.ports.storage.onFault((fault) => reported.push(fault.message));
    for (const seed of [1, 2, 3]) await server.upload(xml(seed), "?approve=true");
    const other = openConnection(path, "");
    await other.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    const file = await open(path, "r+");
    const { size } = await file.stat();
    // All but the first page, which the watch looks at.
    await file.write(new Uint8Array(size - 4_096).fill(0x5a), 0, size - 4_096, 4_096);
    await file.close();
    const answers = [];
    for (const ask of ["/api/nfes?limit=9", "/api/movements/list?limit=9", "/api/jobs?limit=9"])
      answers.push(await server.call("GET", ask));
    answers.push(await server.upload(xml(4), "?approve=true"));
    answers.push(await server.upload(xml(5)));
    for (const { status, body, text } of answers.filter((one) => one.status !== 200)) {
      expect([status, body.code]).toEqual([503, "storage.damaged"]);
      expect(text).not.toMatch(/malformed|SQLITE|sge\.db/);
    }
    expect(answers.at(-1)?.status).toBe(503);
    expect((await server.call("GET", "/api/health/full")).status).toBe(503);
    expect(reported).toEqual([
      expect.stringMatching(/sge\.db está danificado.*sge verify.*sge restore/),
    ]);
    await other.close();
  }));
