import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { ROLES } from "../../../src/accounts/roles.ts";
import { answerCache } from "../../../src/http/cache/answer-cache.ts";
import { cached } from "../../../src/http/cache/cached.ts";
import type { Env } from "../../../src/http/env.ts";
import { bumpTags } from "../../../src/journal/record.ts";
import type { Tag } from "../../../src/journal/versions.ts";
import { companyRow } from "../../support/company-row.ts";
import { type TestPorts, testPorts } from "../../support/ports.ts";

type Compute = (signal: AbortSignal) => Promise<unknown>;

interface Asked {
  company?: number;
  role?: string;
  query?: string;
  ifNoneMatch?: string;
  signal?: AbortSignal;
}

/** A route that is made of `stock`, over ports of its own, and what is asked of it. */
function routeOver(ports: TestPorts, compute: Compute) {
  const app = new Hono<Env>();
  app.get("/read", (c) => {
    c.set("ports", ports);
    c.set("signal", c.req.raw.signal);
    const role = ROLES.find((known) => known === c.req.header("x-role")) ?? "ADMIN";
    c.set("actor", { company: Number(c.req.header("x-company")), userId: 1, role });
    return cached(c, { tags: ["stock"], vary: c.req.query() }, compute);
  });
  app.onError((error, c) => c.text(error.message, 500));
  return async ({ company: of = 1, role, query = "", ifNoneMatch, signal }: Asked = {}) => {
    const headers = new Headers({ "x-company": String(of) });
    if (role !== undefined) headers.set("x-role", role);
    if (ifNoneMatch !== undefined) headers.set("if-none-match", ifNoneMatch);
    const response = await app.request(
      new Request(`http://x/read${query}`, {
        headers,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
    return {
      status: response.status,
      how: response.headers.get("x-cache"),
      etag: response.headers.get("etag") ?? "",
      headers: response.headers,
      text: await response.text(),
    };
  };
}

/** Ports with two companies that live as long as one test's body. */
async function over(
  body: (ports: TestPorts) => Promise<void>,
  config: { CACHE_ENTRIES?: number; CACHE_BYTES?: number } = {},
) {
  const ports = await testPorts({ config });
  try {
    const statements = [companyRow(1), companyRow(2)];
    await ports.writer.commit({ statements, read: () => undefined });
    await body(ports);
  } finally {
    await ports.close();
  }
}

const touch = (ports: TestPorts, tag: Tag, of = 1) =>
  ports.writer.commit({ statements: [bumpTags(of, [tag])], read: () => undefined });

/** Counts how often it was asked, and answers with that. */
function counting() {
  const compute = async () => ({ n: ++compute.calls });
  compute.calls = 0;
  return compute;
}

describe("what is kept", () => {
  test("the second of two equal reads is not computed, until something that it shows is touched", () =>
    over(async (ports) => {
      const compute = counting();
      const ask = routeOver(ports, compute);
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"n":1}', status: 200 });
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"n":1}', status: 200 });
      await touch(ports, "nfes");
      await touch(ports, "stock", 2);
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"n":1}' });
      await touch(ports, "stock");
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"n":2}' });
      expect((await ask()).headers.get("content-type")).toBe("application/json");
    }));

  test("an answer goes to the company that asked, whatever its role, and to no other", () =>
    over(async (ports) => {
      const ask = routeOver(ports, counting());
      expect((await ask({ company: 1 })).text).toBe('{"n":1}');
      expect(await ask({ company: 2 })).toMatchObject({ how: "MISS", text: '{"n":2}' });
      for (const role of ROLES)
        expect(await ask({ company: 1, role })).toMatchObject({ how: "HIT", text: '{"n":1}' });
    }));

  test("two requests that are understood differently have two answers", () =>
    over(async (ports) => {
      const ask = routeOver(ports, counting());
      const answers = ["?page=1", "?page=2", "?limit=1", '?page=1","limit":"1'];
      for (const [i, query] of answers.entries())
        expect((await ask({ query })).text).toBe(`{"n":${i + 1}}`);
    }));

  test("a failure is everybody's who waits for it, and is not kept (C11)", () =>
    over(async (ports) => {
      let broken = true;
      let calls = 0;
      const ask = routeOver(ports, async () => {
        calls += 1;
        await ports.yieldToEventLoop();
        if (broken) throw new Error("the database is away");
        return { calls };
      });
      const failed = await Promise.all([ask(), ask(), ask()]);
      expect(failed.map(({ status, how }) => [status, how])).toEqual(Array(3).fill([500, null]));
      broken = false;
      expect(await ask()).toMatchObject({ status: 200, how: "MISS", text: '{"calls":2}' });
    }));

  test("at most CACHE_ENTRIES stay, those that were asked for last", () =>
    over(
      async (ports) => {
        const ask = routeOver(ports, counting());
        for (const query of ["?a", "?b", "?a", "?c"]) await ask({ query });
        expect((await ask({ query: "?a" })).how).toBe("HIT");
        expect((await ask({ query: "?b" })).how).toBe("MISS");
        for (let page = 0; page < 100; page++) await ask({ query: `?page=${page}` });
        expect(answerCache(ports)?.size).toBe(2);
      },
      { CACHE_ENTRIES: 2 },
    ));

  test("they take at most CACHE_BYTES, and an answer that is larger is given and not kept", () =>
    over(
      async (ports) => {
        const ask = routeOver(ports, async () => ({ text: "x".repeat(length) }));
        let length = 4_000;
        for (let page = 0; page < 20; page++) await ask({ query: `?page=${page}` });
        const kept = answerCache(ports);
        expect(kept?.size).toBe(4);
        expect(kept?.calculatedSize).toBeLessThanOrEqual(20_000);
        length = 20_001;
        for (const _ of [1, 2]) expect((await ask({ query: "?large" })).how).toBe("MISS");
        expect(kept?.size).toBe(4);
      },
      { CACHE_BYTES: 20_000 },
    ));

  test("what nobody has asked anew for ten minutes is let go", () =>
    over(async (ports) => {
      const ask = routeOver(ports, counting());
      await ask();
      ports.clock.advance(599_000);
      expect((await ask()).how).toBe("HIT");
      ports.clock.advance(2_000);
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"n":2}' });
    }));

  for (const off of [{ CACHE_ENTRIES: 0 }, { CACHE_BYTES: 0 }])
    test(`with ${Object.keys(off)} 0 nothing is kept, and a client's own copy still counts`, () =>
      over(async (ports) => {
        const compute = counting();
        const ask = routeOver(ports, async () => ({ same: (await compute()).n > 0 }));
        const { etag, how } = await ask();
        expect(how).toBe("MISS");
        expect((await ask({ ifNoneMatch: etag })).status).toBe(304);
        expect(compute.calls).toBe(2);
        expect(answerCache(ports)).toBeNull();
      }, off));
});

describe("what is older than what it stands under", () => {
  test("a write between the versions and the data makes an answer that nobody gets after it", () =>
    over(async (ports) => {
      let stock = 1;
      const change = async (to: number) => {
        stock = to;
        await touch(ports, "stock");
      };
      // Read first, then changed: the answer is the older, under the older version.
      let meddle = async () => {};
      const ask = routeOver(ports, async () => {
        const read = stock;
        const now = meddle;
        meddle = async () => {};
        await now();
        return { read };
      });
      meddle = () => change(2);
      expect((await ask()).text).toBe('{"read":1}');
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"read":2}' });
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"read":2}' });
    }));

  test("a write after the versions and before the data makes an answer too new for its place, and no older one", () =>
    over(async (ports) => {
      let stock = 1;
      let meddle = true;
      const ask = routeOver(ports, async () => {
        if (meddle) {
          meddle = false;
          stock = 2;
          await touch(ports, "stock");
        }
        return { read: stock };
      });
      expect((await ask()).text).toBe('{"read":2}');
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"read":2}' });
    }));

  test("who asks after a write does not wait along with who asked before it", () =>
    over(async (ports) => {
      const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let stock = 1;
      const ask = routeOver(ports, async () => {
        const read = stock;
        begun.resolve();
        if (read === 1) await gate.promise;
        return { read };
      });
      const slow = ask();
      await begun.promise;
      stock = 2;
      await touch(ports, "stock");
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"read":2}' });
      gate.resolve();
      expect((await slow).text).toBe('{"read":1}');
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"read":2}' });
    }));
});

describe("many at once", () => {
  test("of a hundred who ask for the same, one computes", () =>
    over(async (ports) => {
      const compute = counting();
      const ask = routeOver(ports, async () => {
        await ports.yieldToEventLoop();
        return compute();
      });
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask()));
      expect(compute.calls).toBe(1);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.filter(({ how }) => how === "MISS")).toHaveLength(1);
      expect(answers.filter(({ how }) => how === "HIT")).toHaveLength(99);
    }));

  test("who leaves takes nobody along; when the last one has left the work is told to stop, and is done anew", () =>
    over(async (ports) => {
      const gate = Promise.withResolvers<void>();
      const told: AbortSignal[] = [];
      const ask = routeOver(ports, async (signal) => {
        told.push(signal);
        await gate.promise;
        return { n: told.length };
      });
      const [first, second] = [new AbortController(), new AbortController()];
      const asked = [ask({ signal: first.signal }), ask({ signal: second.signal })];
      while (told.length === 0) await ports.yieldToEventLoop();
      first.abort();
      expect((await asked[0])?.status).toBe(500);
      expect(told[0]?.aborted).toBe(false);
      second.abort();
      expect((await asked[1])?.status).toBe(500);
      expect(told[0]?.aborted).toBe(true);
      const third = ask();
      gate.resolve();
      expect(await third).toMatchObject({ status: 200, how: "MISS", text: '{"n":2}' });
      expect(told[1]?.aborted).toBe(false);
    }));
});

describe("a client's own copy", () => {
  let ports: TestPorts;
  let ask: ReturnType<typeof routeOver>;
  let value: unknown = { a: 1 };
  beforeAll(async () => {
    ports = await testPorts();
    await ports.writer.commit({ statements: [companyRow(1)], read: () => undefined });
    ask = routeOver(ports, async () => value);
  });
  afterAll(() => ports.close());

  test("is good while its ETag is that of the bytes: 304, and not a byte of them", async () => {
    const { etag, headers } = await ask();
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(headers.get("cache-control")).toBe("private, no-cache");
    expect(headers.get("vary")).toBe("Authorization");
    for (const ifNoneMatch of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const again = await ask({ ifNoneMatch });
      expect(again).toMatchObject({ status: 304, how: "REVALIDATED", text: "", etag });
      expect(again.headers.get("cache-control")).toBe("private, no-cache");
      expect(again.headers.get("content-type")).toBeNull();
    }
    for (const ifNoneMatch of ['"x"', etag.slice(1, -1), ""])
      expect(await ask({ ifNoneMatch })).toMatchObject({ status: 200, how: "HIT" });
  });

  test("stays good when what it shows was computed anew and came out the same", async () => {
    const { etag } = await ask();
    await touch(ports, "stock");
    expect(await ask({ ifNoneMatch: etag })).toMatchObject({ status: 304, how: "REVALIDATED" });
    value = { a: 2 };
    await touch(ports, "stock");
    const changed = await ask({ ifNoneMatch: etag });
    expect(changed).toMatchObject({ status: 200, how: "MISS", text: '{"a":2}' });
    expect(changed.etag).not.toBe(etag);
  });

  test("is counted, by what X-Cache said", async () => {
    const exposed = await ports.meter.exposition();
    for (const result of ["HIT", "MISS", "REVALIDATED"])
      expect(exposed.text).toMatch(new RegExp(`cache_reads_total\\{result="${result}"\\} [1-9]`));
  });
});
