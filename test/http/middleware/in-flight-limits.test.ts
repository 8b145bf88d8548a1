import { expect, test } from "bun:test";
import type { Role } from "../../../src/accounts/roles.ts";
import type { Config } from "../../../src/config.ts";
import type { DocumentReader } from "../../../src/ports/documents.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { answerOf, type TestApp, testApp, withApp } from "../../support/app.ts";

test("requests beyond MAX_IN_FLIGHT get 503 with Retry-After, while health still answers", async () => {
  const service = await testApp({ config: { MAX_IN_FLIGHT: 20 } });
  const release = Promise.withResolvers<void>();
  const inside = { now: 0 };
  const full = Promise.withResolvers<void>();
  const { read } = service.ports.documents;
  const held: DocumentReader["read"] = async (bytes, signal) => {
    inside.now += 1;
    if (inside.now === 20) full.resolve();
    await release.promise;
    return read(bytes, signal);
  };
  service.ports.documents.read = held;
  const uploads = Array.from({ length: 20 }, (_, seed) =>
    service.upload(syntheticNote({ seed, items: 1 }).xml),
  );
  await full.promise;
  const over = await service.upload(syntheticNote({ seed: 99 }).xml);
  expect([over.status, over.body.code, over.headers.get("retry-after")]).toEqual([
    503,
    "overloaded",
    "1",
  ]);
  expect((await service.send("GET", "/api/stock")).status).toBe(503);
  expect((await service.send("GET", "/api/health")).status).toBe(200);
  expect((await service.send("GET", "/api/health/full")).status).toBe(200);
  release.resolve();
  expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect((await service.upload(syntheticNote({ seed: 99 }).xml)).status).toBe(200);
  await service.close();
});

/** A body that sends `sent` bytes at once and then stalls. */
function stalled(sent: number) {
  const piece = new Uint8Array(1 << 20).fill(0x3c);
  let left = sent;
  const asked = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>(
    {
      pull(out) {
        if (left === 0) {
          asked.resolve();
          return ended.promise;
        }
        const bytes = piece.subarray(0, Math.min(left, piece.length));
        left -= bytes.length;
        out.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, asked: asked.promise, end: ended.resolve };
}

const BATCH = 50 << 20;

/** Sends a batch that stalls; resolves when the service waits for the rest of it, or has answered. */
async function slowBatch({ app, tokenOf }: TestApp, as: Role, sent: number) {
  const { body, asked, end } = stalled(sent);
  const leaving = new AbortController();
  const answer = Promise.resolve(
    app.request("/api/nfe/batch", {
      method: "POST",
      body,
      signal: leaving.signal,
      headers: {
        authorization: `Bearer ${tokenOf(as)}`,
        "content-type": "application/zip",
        "content-length": String(BATCH),
      },
    }),
  );
  const first = await Promise.race([asked, answer]);
  return {
    refused: first instanceof Response ? await answerOf(first) : null,
    answer,
    end,
    leaving,
  };
}

test("slow bodies count with the bytes that have arrived, not with their Content-Length", () =>
  withApp(async (service) => {
    const slow = await Promise.all(
      Array.from({ length: 30 }, () => slowBatch(service, "OPERADOR", 200_000)),
    );
    expect(slow.map(({ refused }) => refused)).toEqual(Array(30).fill(null));
    for (const who of ["OPERADOR", "GERENTE"] as const)
      expect((await service.upload(syntheticNote({ seed: who.length }).xml, "", who)).status).toBe(
        200,
      );
    for (const { leaving } of slow) leaving.abort();
    await Promise.all(slow.map(({ answer }) => answer));
  }));

test("a user's third large body in memory is refused, while a colleague's is accepted", () =>
  withApp(async (service) => {
    const own = await Promise.all([1, 2].map(() => slowBatch(service, "OPERADOR", BATCH - 1)));
    expect(own.map(({ refused }) => refused)).toEqual([null, null]);
    const third = await slowBatch(service, "OPERADOR", BATCH - 1);
    expect([third.refused?.status, third.refused?.body.code]).toEqual([429, "share_exceeded"]);
    expect(third.refused?.headers.get("retry-after")).toBe("5");
    const colleagues = await slowBatch(service, "GERENTE", BATCH - 1);
    expect(colleagues.refused).toBeNull();
    own[0]?.leaving.abort();
    await own[0]?.answer;
    const again = await slowBatch(service, "OPERADOR", BATCH - 1);
    expect(again.refused).toBeNull();
    for (const { leaving, answer } of [...own, colleagues, again]) {
      leaving.abort();
      await answer;
    }
  }));

/** A service whose document reader waits until `release`; `read` resolves when so many reads have begun. */
async function paused(config: Partial<Config>) {
  const service = await testApp({ config });
  const release = Promise.withResolvers<void>();
  const begun = { count: 0 };
  const { read } = service.ports.documents;
  const held: DocumentReader["read"] = async (bytes, signal) => {
    begun.count += 1;
    await release.promise;
    return read(bytes, signal);
  };
  service.ports.documents.read = held;
  return { service, begun, release: release.resolve };
}

test("requests in flight have a limit for each user and one for each company", async () => {
  const bounds = { MAX_IN_FLIGHT_PER_USER: 3, MAX_IN_FLIGHT_PER_COMPANY: 5 };
  const { service, begun, release } = await paused(bounds);
  const upload = (seed: number, as: Role) =>
    service.upload(syntheticNote({ seed, items: 1 }).xml, "", as);
  const own = [1, 2, 3].map((seed) => upload(seed, "OPERADOR"));
  while (begun.count < 3) await service.ports.yieldToEventLoop();
  const fourth = await service.send("GET", "/api/stock", { as: "OPERADOR" });
  expect([fourth.status, fourth.body.code, fourth.body.limit]).toEqual([429, "share_exceeded", 3]);
  const colleagues = [4, 5].map((seed) => upload(seed, "GERENTE"));
  while (begun.count < 5) await service.ports.yieldToEventLoop();
  const company = await service.send("GET", "/api/stock", { as: "VISUALIZADOR" });
  expect([company.status, company.body.code]).toEqual([503, "overloaded"]);
  expect((await service.send("GET", "/api/stock", { as: "otherCompany" })).status).toBe(200);
  release();
  for (const { status } of await Promise.all([...own, ...colleagues])) expect(status).toBe(200);
  expect((await service.send("GET", "/api/stock", { as: "OPERADOR" })).status).toBe(200);
  await service.close();
});

test("one user's documents take at most a fifth of the readers' queue, and the others wait", async () => {
  const { service, begun, release } = await paused({ NFE_QUEUE: 10 });
  const upload = (seed: number, as: Role, signal?: AbortSignal) =>
    Promise.resolve(
      service.app.request("/api/nfe/upload", {
        method: "POST",
        body: syntheticNote({ seed, items: 1 }).xml,
        headers: { authorization: `Bearer ${service.tokenOf(as)}`, "content-type": "text/xml" },
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  const leaving = new AbortController();
  const own = [1, 2, 3, 4, 5].map((seed) => upload(seed, "OPERADOR"));
  while (begun.count < 2) await service.ports.yieldToEventLoop();
  const gone = upload(6, "OPERADOR", leaving.signal);
  for (let turns = 0; turns < 200; turns++) await service.ports.yieldToEventLoop();
  expect(begun.count).toBe(2);
  const colleagues = upload(7, "GERENTE");
  while (begun.count < 3) await service.ports.yieldToEventLoop();
  leaving.abort();
  expect((await gone).status).toBe(499);
  release();
  for (const { status } of await Promise.all([...own, colleagues])) expect(status).toBe(200);
  // The document whose client disconnected was never read.
  expect(begun.count).toBe(6);
  await service.close();
});

test("one company's documents take at most two fifths of the readers' queue, and another's is read next", async () => {
  const { service, begun, release } = await paused({ NFE_QUEUE: 10 });
  const roles = ["OPERADOR", "GERENTE", "ADMIN"] as const;
  const own = roles.flatMap((role, n) =>
    [1, 2, 3].map((seed) => service.upload(syntheticNote({ seed: 10 * n + seed }).xml, "", role)),
  );
  while (begun.count < 4) await service.ports.yieldToEventLoop();
  for (let turns = 0; turns < 200; turns++) await service.ports.yieldToEventLoop();
  expect(begun.count).toBe(4);
  const others = service.send("POST", "/api/nfe/upload", {
    as: "otherCompany",
    body: syntheticNote({ seed: 99 }).xml,
    headers: { "content-type": "application/xml" },
  });
  while (begun.count < 5) await service.ports.yieldToEventLoop();
  release();
  for (const { status } of await Promise.all([...own, others])) expect(status).toBe(200);
  await service.close();
});

test("one company's writes take at most half of the writer's queue, and another's is written next", () =>
  withApp(
    async (service) => {
      const { ports, send } = service;
      const release = Promise.withResolvers<void>();
      const { commit } = ports.writer;
      let waiting = 0;
      ports.writer.commit = async (job, signal) => {
        waiting += 1;
        await release.promise;
        return commit(job, signal);
      };
      const rename = (name: string, as: "ADMIN" | "otherCompany") =>
        send("PATCH", "/api/company", { as, json: { name } });
      const own = Array.from({ length: 12 }, (_, n) => rename(`Loja ${n}`, "ADMIN"));
      while (waiting < 4) await ports.yieldToEventLoop();
      for (let turns = 0; turns < 200; turns++) await ports.yieldToEventLoop();
      expect(waiting).toBe(4);
      const others = rename("Outra Loja", "otherCompany");
      while (waiting < 5) await ports.yieldToEventLoop();
      release.resolve();
      for (const { status } of await Promise.all([...own, others])) expect(status).toBe(200);
    },
    { config: { COMMIT_QUEUE: 8 } },
  ));

test("slow logins take at most a quarter of the requests in flight, and 20 from one network", async () => {
  const service = await testApp({ config: { MAX_IN_FLIGHT: 100 } });
  let network = 0;
  service.ports.peer = () => `192.0.2.${network}`;
  const leaving = new AbortController();
  const answers: Promise<Response>[] = [];
  const login = async () => {
    const { body, asked } = stalled(1);
    const { signal } = leaving;
    const answer = Promise.resolve(
      service.app.request("/api/login", { method: "POST", body, signal }),
    );
    answers.push(answer);
    return Promise.race([asked.then(() => "waits" as const), answer.then(({ status }) => status)]);
  };
  const many = async (times: number) => {
    const seen: (string | number)[] = [];
    for (let i = 0; i < times; i++) seen.push(await login());
    return seen;
  };
  expect(await many(21)).toEqual([...Array(20).fill("waits"), 429]);
  network = 1;
  expect(await many(6)).toEqual([...Array(5).fill("waits"), 503]);
  expect((await service.send("GET", "/api/stock")).status).toBe(200);
  expect((await service.send("GET", "/api/health/full")).status).toBe(200);
  leaving.abort();
  await Promise.all(answers);
  expect((await service.send("POST", "/api/login", { json: {} })).status).toBe(400);
  await service.close();
});
