import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ROLES } from "../../../src/accounts/roles.ts";
import { answerCache } from "../../../src/http/cache/answer-cache.ts";
import { companyRow } from "../../support/company-row.ts";
import { bump, countingCompute, routeOver, withPorts } from "../../support/http/cached-route.ts";
import { type TestPorts, testPorts } from "../../support/ports.ts";

describe("the cache of answers", () => {
  test("an equal read is not computed again until one of its tags is raised", () =>
    withPorts(async (ports) => {
      const compute = countingCompute();
      const ask = routeOver(ports, compute);
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"n":1}', status: 200 });
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"n":1}', status: 200 });
      await bump(ports, "nfes");
      await bump(ports, "stock", 2);
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"n":1}' });
      await bump(ports, "stock");
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"n":2}' });
      expect((await ask()).headers.get("content-type")).toBe("application/json");
    }));

  test("an answer is shared by all roles of its company and by no other company", () =>
    withPorts(async (ports) => {
      const ask = routeOver(ports, countingCompute());
      expect((await ask({ company: 1 })).text).toBe('{"n":1}');
      expect(await ask({ company: 2 })).toMatchObject({ how: "MISS", text: '{"n":2}' });
      for (const role of ROLES)
        expect(await ask({ company: 1, role })).toMatchObject({ how: "HIT", text: '{"n":1}' });
    }));

  test("requests that differ in a parameter have answers of their own", () =>
    withPorts(async (ports) => {
      const ask = routeOver(ports, countingCompute());
      const answers = ["?page=1", "?page=2", "?limit=1", '?page=1","limit":"1'];
      for (const [i, query] of answers.entries())
        expect((await ask({ query })).text).toBe(`{"n":${i + 1}}`);
    }));

  test("a failure goes to every request that waits for it and is not kept", () =>
    withPorts(async (ports) => {
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

  test("the CACHE_ENTRIES most recently used answers stay", () =>
    withPorts(
      async (ports) => {
        const ask = routeOver(ports, countingCompute());
        for (const query of ["?a", "?b", "?a", "?c"]) await ask({ query });
        expect((await ask({ query: "?a" })).how).toBe("HIT");
        expect((await ask({ query: "?b" })).how).toBe("MISS");
        for (let page = 0; page < 100; page++) await ask({ query: `?page=${page}` });
        expect(answerCache(ports)?.size).toBe(2);
      },
      { CACHE_ENTRIES: 2 },
    ));

  test("the answers take at most CACHE_BYTES; a larger one is sent and not kept", () =>
    withPorts(
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

  test("an answer expires ten minutes after it was computed", () =>
    withPorts(async (ports) => {
      const ask = routeOver(ports, countingCompute());
      await ask();
      ports.clock.advance(599_000);
      expect((await ask()).how).toBe("HIT");
      ports.clock.advance(2_000);
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"n":2}' });
    }));

  for (const off of [{ CACHE_ENTRIES: 0 }, { CACHE_BYTES: 0 }])
    test(`${Object.keys(off)} 0 turns the cache off; If-None-Match still gives 304`, () =>
      withPorts(async (ports) => {
        const compute = countingCompute();
        const ask = routeOver(ports, async () => ({ same: (await compute()).n > 0 }));
        const { etag, how } = await ask();
        expect(how).toBe("MISS");
        expect((await ask({ ifNoneMatch: etag })).status).toBe(304);
        expect(compute.calls).toBe(2);
        expect(answerCache(ports)).toBeNull();
      }, off));
});

describe("an answer and the versions of its key", () => {
  test("an answer of data read before a write is not given after the write", () =>
    withPorts(async (ports) => {
      let stock = 1;
      const change = async (to: number) => {
        stock = to;
        await bump(ports, "stock");
      };
      // Read first, then changed: the answer is the older, under the older version.
      let intrude = async () => {};
      const ask = routeOver(ports, async () => {
        const read = stock;
        const now = intrude;
        intrude = async () => {};
        await now();
        return { read };
      });
      intrude = () => change(2);
      expect((await ask()).text).toBe('{"read":1}');
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"read":2}' });
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"read":2}' });
    }));

  test("an answer may be newer than the versions of its key, never older", () =>
    withPorts(async (ports) => {
      let stock = 1;
      let intrude = true;
      const ask = routeOver(ports, async () => {
        if (intrude) {
          intrude = false;
          stock = 2;
          await bump(ports, "stock");
        }
        return { read: stock };
      });
      expect((await ask()).text).toBe('{"read":2}');
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"read":2}' });
    }));

  test("a request after a write does not join the computation of one before it", () =>
    withPorts(async (ports) => {
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
      await bump(ports, "stock");
      expect(await ask()).toMatchObject({ how: "MISS", text: '{"read":2}' });
      gate.resolve();
      expect((await slow).text).toBe('{"read":1}');
      expect(await ask()).toMatchObject({ how: "HIT", text: '{"read":2}' });
    }));
});

describe("single flight", () => {
  test("one of a hundred equal requests computes", () =>
    withPorts(async (ports) => {
      const compute = countingCompute();
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

  /** Two requests that wait for one computation, and may leave. */
  async function twoWaiting(ports: TestPorts) {
    const gate = Promise.withResolvers<void>();
    const computations: AbortSignal[] = [];
    const ask = routeOver(ports, async (signal) => {
      computations.push(signal);
      await gate.promise;
      return { n: computations.length };
    });
    const clients = [new AbortController(), new AbortController()] as const;
    const answers = clients.map(({ signal }) => ask({ signal }));
    while (computations.length === 0) await ports.yieldToEventLoop();
    return { ask, gate, computations, clients, answers };
  }

  test("an abort cancels only its own request while another one waits", () =>
    withPorts(async (ports) => {
      const { gate, computations, clients, answers } = await twoWaiting(ports);
      clients[0].abort();
      expect((await answers[0])?.status).toBe(500);
      expect(computations[0]?.aborted).toBe(false);
      gate.resolve();
      expect(await answers[1]).toMatchObject({ status: 200, text: '{"n":1}' });
    }));

  test("the abort of the last request cancels the computation", () =>
    withPorts(async (ports) => {
      const { computations, clients, answers } = await twoWaiting(ports);
      for (const client of clients) client.abort();
      for (const answer of answers) expect((await answer).status).toBe(500);
      expect(computations[0]?.aborted).toBe(true);
    }));

  test("a request after a cancelled computation computes again", () =>
    withPorts(async (ports) => {
      const { ask, gate, computations, clients, answers } = await twoWaiting(ports);
      for (const client of clients) client.abort();
      await Promise.all(answers);
      const third = ask();
      gate.resolve();
      expect(await third).toMatchObject({ status: 200, how: "MISS", text: '{"n":2}' });
      expect(computations[1]?.aborted).toBe(false);
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

  test("is valid while its ETag is that of the bytes: 304 without a body", async () => {
    const { etag, headers } = await ask();
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(headers.get("cache-control")).toBe("private, no-cache");
    expect(headers.get("vary")).toBe("Authorization, Cookie, Accept");
    for (const ifNoneMatch of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const again = await ask({ ifNoneMatch });
      expect(again).toMatchObject({ status: 304, how: "REVALIDATED", text: "", etag });
      expect(again.headers.get("cache-control")).toBe("private, no-cache");
      expect(again.headers.get("content-type")).toBeNull();
    }
    for (const ifNoneMatch of ['"x"', etag.slice(1, -1), ""])
      expect(await ask({ ifNoneMatch })).toMatchObject({ status: 200, how: "HIT" });
  });

  test("stays valid when the answer was computed again and is the same", async () => {
    const { etag } = await ask();
    await bump(ports, "stock");
    expect(await ask({ ifNoneMatch: etag })).toMatchObject({ status: 304, how: "REVALIDATED" });
    value = { a: 2 };
    await bump(ports, "stock");
    const changed = await ask({ ifNoneMatch: etag });
    expect(changed).toMatchObject({ status: 200, how: "MISS", text: '{"a":2}' });
    expect(changed.etag).not.toBe(etag);
  });

  test("is counted by the result in X-Cache", async () => {
    const exposed = await ports.meter.exposition();
    for (const result of ["HIT", "MISS", "REVALIDATED"])
      expect(exposed.text).toMatch(new RegExp(`cache_reads_total\\{result="${result}"\\} [1-9]`));
  });
});
