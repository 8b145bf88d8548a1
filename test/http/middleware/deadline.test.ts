import { expect, test } from "bun:test";
import { Failed } from "../../../src/lib/result.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { type Reader, readerOf } from "../../../src/ports/sql.ts";
import { deadline } from "../../../src/resilience/deadline.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { testApp, withApp } from "../../support/app.ts";
import { withServer } from "../../support/server.ts";

const never = () => new Promise<never>(() => undefined);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a port that hangs is answered with 504 at the route's deadline", async () => {
  const config = { REQUEST_TIMEOUT_MS: 30 };
  const hung: Partial<Ports>[] = [
    { limits: { take: never } },
    { documents: { read: never, compare: never, distribution: never } },
    { originals: { store: never, get: never } },
  ];
  for (const ports of hung) {
    const on = { RATE_LIMIT_PER_SECOND: 100, RATE_LIMIT_BURST: 100 };
    await withApp(
      async ({ upload, rows }) => {
        const answer = await upload(syntheticNote({ seed: 1 }).xml);
        expect([answer.status, answer.body.code]).toEqual([504, "deadline"]);
        // The outcome is unknown, so that the answer has no Retry-After.
        expect(answer.headers.get("retry-after")).toBeNull();
        expect(await rows("select * from notes")).toEqual([]);
      },
      { ...ports, config: { ...config, ...on } },
    );
  }
});

test("a passed deadline prevents every further statement", async () => {
  const asked: string[] = [];
  const service = await testApp({ config: { REQUEST_TIMEOUT_MS: 20 } });
  const { reader } = service.ports;
  // A connection reads its tables at its first statement: not within the time of the request below.
  await service.rows("select 1 from notes");
  const reached = Promise.withResolvers<void>();
  const late: Reader = readerOf({
    async rows(statement, signal) {
      signal?.throwIfAborted();
      asked.push(statement.sql);
      if (!statement.sql.includes("from notes")) return reader.rows(statement, signal);
      reached.resolve();
      while (signal?.aborted === false) await turn();
      return reader.rows(statement);
    },
  });
  service.ports.reader = late;
  const answer = await service.send("GET", `/api/nfes/${"1".repeat(44)}/xml`);
  await reached.promise;
  expect([answer.status, answer.body.code]).toEqual([504, "deadline"]);
  const before = asked.length;
  for (let n = 0; n < 10; n += 1) await turn();
  expect(asked).toHaveLength(before);
  await service.close();
});

test("a disconnect ends the work between two statements, and nothing is written", async () => {
  await withServer(async (server) => {
    const leaving = new AbortController();
    const reached = Promise.withResolvers<void>();
    const left = Promise.withResolvers<unknown>();
    const { documents } = server.ports;
    const { read } = documents;
    documents.read = async (bytes, signal) => {
      const document = await read(bytes, signal);
      signal?.addEventListener("abort", () => left.resolve(signal.reason), { once: true });
      reached.resolve();
      await left.promise;
      return document;
    };
    const answer = fetch(`${server.url}/api/nfe/upload`, {
      method: "POST",
      body: syntheticNote({ seed: 1 }).xml,
      headers: { authorization: `Bearer ${server.token}`, "content-type": "application/xml" },
      signal: leaving.signal,
    }).catch((error: unknown) => error);
    await reached.promise;
    leaving.abort();
    expect(await left.promise).toMatchObject({ name: "AbortError" });
    expect(await answer).toMatchObject({ name: "AbortError" });
    const rows = () => server.ports.reader.rows({ sql: "select * from notes", args: [] });
    for (let n = 0; n < 20; n += 1) await turn();
    expect(await rows()).toEqual([]);
  });
});

test("a stream continues after its route's deadline", async () => {
  await withApp(
    async ({ upload, raw }) => {
      await upload(syntheticNote({ seed: 1 }).xml, "?approve=true");
      const answer = await raw("GET", "/api/export/movements");
      const signal = AbortSignal.timeout(810);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      expect((await answer.text()).split("\r\n").length).toBeGreaterThan(2);
    },
    // The upload has this time too, also on a busy machine.
    { config: { REQUEST_TIMEOUT_MS: 800 } },
  );
});

test("a deadline counts from begin to end, while the caller's abort always counts", async () => {
  const caller = new AbortController();
  const late = () => new Failed({ code: "late" });
  const time = deadline(5, caller.signal, late);
  const twin = deadline(5, new AbortController().signal, late);
  const ended = deadline(5, caller.signal, late);
  ended.begin();
  ended.end();
  twin.begin();
  twin.begin();
  expect(await twin.over.catch((error: unknown) => error)).toMatchObject({
    failure: { code: "late" },
  });
  expect(twin.signal.reason).toMatchObject({ failure: { code: "late" } });
  expect([time.signal.aborted, ended.signal.aborted]).toEqual([false, false]);
  caller.abort("gone");
  expect([time.signal.reason, ended.signal.reason]).toEqual(["gone", "gone"]);
  const after = deadline(5, caller.signal, late);
  expect(await after.over.catch((error: unknown) => error)).toBe("gone");
});
