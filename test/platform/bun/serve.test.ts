import { afterAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../../src/config.ts";
import { err } from "../../../src/lib/result.ts";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import type { BunPorts } from "../../../src/platform/bun/ports.ts";
import { serve } from "../../../src/platform/bun/serve.ts";
import { readPackedAnswer } from "../../../src/sefaz/wire/distribution.ts";
import { companyRow } from "../../support/company-row.ts";
import { testConfig } from "../../support/ports.ts";

const domain = {
  readDocument: () => err({ code: "nfe.not_an_nfe", got: "nothing" } as const),
  compareDocuments: () => "same" as const,
  readPackedAnswer,
};
type Answer = (request: Request, ports: BunPorts) => Response | Promise<Response>;

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

/** A service in a new directory with the given answers. */
async function served(answer: Answer, changed: Partial<Config> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "sge-serve-"));
  folders.push(folder);
  const config = testConfig({
    DATABASE_URL: `file:${join(folder, "sge.db")}`,
    DATA_DIR: join(folder, "data"),
    LOG_LEVEL: "error",
    ...changed,
  });
  const running = await serve(config, {
    domain,
    build: async (ports) => ({ fetch: (request) => answer(request, ports) }),
  });
  return {
    ...running,
    config,
    sign: join(config.DATA_DIR, "server.json"),
    close: running.stop,
  };
}
const refused = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  );

test("the service writes its free port to DATA_DIR until it stops", async () => {
  const service = await served(() => new Response("olá"));
  expect(service.url).toBe(`http://127.0.0.1:${service.port}`);
  expect(await (await fetch(service.url)).text()).toBe("olá");
  expect(await Bun.file(service.sign).json()).toEqual({ url: service.url, pid: process.pid });
  await service.stop();
  expect(existsSync(service.sign)).toBe(false);
  expect(await refused(service.url)).toBe(true);
  await service.close();
});

test("a stop lets a running request end, and accepts no new one", async () => {
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const service = await served(async (_, ports) => {
    reached.resolve();
    await release.promise;
    await ports.writer.commit({ statements: [companyRow(1)], read: () => null });
    return new Response("done");
  });
  const inWork = fetch(service.url);
  await reached.promise;
  const stopped = service.stop();
  expect(await refused(service.url)).toBe(true);
  release.resolve();
  expect(await (await inWork).text()).toBe("done");
  await stopped;
  const database = await openDatabase(service.config.DATABASE_URL);
  expect((await database.reading.execute("select id from companies")).rows).toHaveLength(1);
  await database.close();
  await service.close();
});

test("a request that does not end is cut when the time to stop is over", async () => {
  const reached = Promise.withResolvers<void>();
  const service = await served(
    () => {
      reached.resolve();
      return new Promise(() => undefined);
    },
    { SHUTDOWN_TIMEOUT_MS: 1_000 },
  );
  // What is left for it of the time is less than a busy disk may take.
  const { close } = service.ports;
  service.ports.close = () => Promise.resolve();
  const inWork = refused(service.url);
  await reached.promise;
  await service.stop();
  expect(await inWork).toBe(true);
  await close();
});

test("streams and loops are stopped before the wait for requests, so that they do not delay it", async () => {
  const service = await served((_, ports) => {
    const body = new ReadableStream<Uint8Array>({
      start(out) {
        out.enqueue(new TextEncoder().encode("connected"));
        ports.stopping.addEventListener("abort", () => out.close(), { once: true });
      },
    });
    return new Response(body);
  });
  const stream = await fetch(service.url);
  await service.stop();
  expect(await stream.text()).toBe("connected");
  expect(service.ports.stopping.aborted).toBe(true);
  await service.close();
});

test("a database that cannot be closed does not delay the exit: the stop rejects in time", async () => {
  const service = await served(() => new Response(), { SHUTDOWN_TIMEOUT_MS: 30 });
  const { close } = service.ports;
  service.ports.close = () => new Promise(() => undefined);
  expect(await service.stop().catch(String)).toContain("could not be closed in time");
  expect(existsSync(service.sign)).toBe(false);
  await close();
});

test("pending writes are written before the database closes", async () => {
  const service = await served(() => new Response());
  const writes = [1, 2, 3].map((id) =>
    service.ports.writer.commit({ statements: [companyRow(id)], read: () => id }),
  );
  await service.stop();
  expect(await Promise.all(writes)).toEqual([1, 2, 3]);
  await service.close();
});

test("an exception outside of the app is a problem document without its message", async () => {
  const service = await served(() => {
    throw new Error("a secret");
  });
  const answer = await fetch(service.url);
  expect(answer.status).toBe(500);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  const body = await answer.text();
  expect(body).not.toContain("secret");
  expect(JSON.parse(body)).toMatchObject({ status: 500, code: "internal" });
  await service.close();
});

test("the peer is the runtime's address, whatever a header says", async () => {
  const service = await served((request, ports) => {
    ports.extendIdleTimeout(request, 120);
    return Response.json({ peer: ports.peer(request) });
  });
  const answer = await fetch(service.url, { headers: { "x-forwarded-for": "10.9.8.7" } });
  expect(await answer.json()).toEqual({ peer: "127.0.0.1" });
  await service.close();
});

test("the database is migrated and a secret is there before the first request", async () => {
  const service = await served(() => new Response(), { JWT_SECRET: undefined });
  const rows = await service.ports.reader.rows({ sql: "select * from notes", args: [] });
  expect(rows).toEqual([]);
  expect(service.ports.config.JWT_SECRET).toMatch(/^[0-9a-f]{64}$/);
  await service.close();
});

test("every part reports its health", async () => {
  const service = await served(() => new Response());
  const parts = await service.ports.health.check();
  expect(parts.map(({ name, ok }) => [name, ok])).toEqual([
    ["database", true],
    ["originals", true],
    ["files", true],
    ["queue", true],
    ["writer", true],
    ["documents", true],
  ]);
  await service.ports.close();
  const after = await service.ports.health.check();
  expect(after.find(({ name }) => name === "database")?.ok).toBe(false);
  await service.close();
});

test("a TCP port in use is an error, and the first service keeps running", async () => {
  const service = await served(() => new Response("first"));
  const second = served(() => new Response("second"), { PORT: service.port });
  expect(await second.then(String, (error: unknown) => error)).toBeInstanceOf(Error);
  expect(await (await fetch(service.url)).text()).toBe("first");
  await service.close();
});

test("an entry point that cannot build its app leaves nothing open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-serve-"));
  const DATABASE_URL = `file:${join(folder, "sge.db")}`;
  const config = testConfig({ DATABASE_URL, DATA_DIR: folder });
  let kept: BunPorts | undefined;
  const failed = serve(config, {
    domain,
    async build(ports) {
      kept = ports;
      throw new Error("no app");
    },
  });
  expect(await failed.then(String, (error: unknown) => String(error))).toBe("Error: no app");
  const rows = kept?.reader.rows({ sql: "select 1", args: [] });
  expect(await rows?.catch((error: unknown) => error)).toMatchObject({
    message: expect.stringMatching(/not open/),
  });
  await rm(folder, { recursive: true, force: true });
});
