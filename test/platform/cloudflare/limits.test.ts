import { expect, test } from "bun:test";
import { Failed } from "../../../src/lib/result.ts";
import { cloudflareLimits } from "../../../src/platform/cloudflare/limits.ts";
import { type BucketRules, takeToken } from "../../../src/platform/token-bucket.ts";
import { callLimiter, remoteCircuit } from "../../../src/resilience/policies.ts";
import { testClock } from "../../support/ports.ts";

const USER: BucketRules = { capacity: 3, perSecond: 2 };
const LOGIN = { capacity: 5, perSecond: 5 / 60, exact: true };

/** The objects of a Worker, of which an isolate has only this way to them. */
function world() {
  const clock = testClock();
  const buckets = new Map<string, number>();
  const seen = { asked: [] as string[], logged: [] as string[], guesses: 0 };
  const far: { away: boolean; walled: boolean } = { away: false, walled: false };
  const edgeLimit = { limit: async () => ({ success: !far.walled }) };
  const isolate = () =>
    cloudflareLimits(
      {
        buckets: {
          getByName: (name) => ({
            async take(rules) {
              seen.asked.push(name);
              if (far.away) throw new Error("Network connection lost.");
              const now = clock.now();
              const { taken, fullAt } = takeToken(buckets.get(name) ?? now, now, rules);
              buckets.set(name, fullAt);
              return taken;
            },
          }),
        },
        edgeLimits: { network: edgeLimit, bucket: edgeLimit },
        limiter: callLimiter(remoteCircuit("limits", { counts: () => true }), "limits", {
          canQueue: false,
        }),
      },
      {
        clock,
        log: (_, event) => void seen.logged.push(event),
        meter: {
          count: (name) => {
            if (name === "rate_limit_guesses_total") seen.guesses += 1;
          },
          observe: () => undefined,
          seconds: () => 0,
        },
      },
    );
  return { clock, seen, far, isolate };
}

test("isolates together let no more pass than the bucket holds, under a hashed name", async () => {
  const { seen, isolate } = world();
  const isolates = Array.from({ length: 5 }, isolate);
  const taken = await Promise.all(
    isolates.flatMap((one) => [one.take("login:account:a@b.example", USER), one.take("u", USER)]),
  );
  expect(taken.filter(({ allowed }) => allowed)).toHaveLength(6);
  expect(new Set(seen.asked).size).toBe(2);
  for (const name of seen.asked) expect(name).toMatch(/^[0-9a-f]{64}$/);
});

test("a refused key is refused without a call until there is a token again", async () => {
  const { clock, seen, isolate } = world();
  const limits = isolate();
  for (let n = 0; n < 50; n++) await limits.take("u", USER);
  expect(seen.asked).toHaveLength(4);
  clock.advance(200);
  expect(await limits.take("u", USER)).toEqual({ allowed: false, remaining: 0, resetMs: 300 });
  clock.advance(300);
  expect((await limits.take("u", USER)).allowed).toBe(true);
  expect((await limits.take("u", USER)).allowed).toBe(false);
  expect(seen.asked).toHaveLength(6);
});

test("a user falls back to a local bucket when the Durable Object is down; a login fails closed", async () => {
  const { seen, far, isolate } = world();
  const limits = isolate();
  far.away = true;
  const taken = [];
  for (let n = 0; n < 4; n++) taken.push((await limits.take("u", USER)).allowed);
  expect(taken).toEqual([true, true, true, false]);
  expect(seen.guesses).toBe(4);
  const refused = await limits.take("login:account:x", LOGIN).catch((error) => error);
  expect(refused).toBeInstanceOf(Failed);
  expect(refused.failure).toEqual({ code: "overloaded", what: "limits", retryAfterS: 1 });
  expect(seen.logged).toEqual(Array(5).fill("limits.not_asked"));
});

test("failing objects of users do not open the circuit for a login", async () => {
  const { seen, far, isolate } = world();
  const limits = isolate();
  far.away = true;
  for (let n = 0; n < 20; n++) await limits.take(`u${n}`, USER);
  // The circuit is open: most were not asked at all.
  expect(seen.asked.length).toBeLessThan(20);
  far.away = false;
  expect((await limits.take("login:account:x", LOGIN)).allowed).toBe(true);
});

test("an edge limit refuses before the object is called, and is ignored when it fails", async () => {
  const { seen, far, isolate } = world();
  const limits = isolate();
  expect(await limits.admits?.("192.0.2.1")).toBe(true);
  far.walled = true;
  expect(await limits.admits?.("192.0.2.1")).toBe(false);
  expect(await limits.take("u", USER)).toEqual({ allowed: false, remaining: 0, resetMs: 10_000 });
  expect(seen.asked).toEqual([]);
});
