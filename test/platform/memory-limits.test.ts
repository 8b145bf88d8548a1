import { expect, test } from "bun:test";
import fc from "fast-check";
import { memoryLimits } from "../../src/platform/memory/limits.ts";
import { testClock } from "../support/ports.ts";

const bucketOf = fc.record({
  capacity: fc.integer({ min: 1, max: 50 }),
  perSecond: fc.constantFrom(0.05, 5 / 60, 1, 3, 7, 10, 1_000),
});
const steps = fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(20_000)), { maxLength: 200 });

/** The bucket as the books tell it: a level that time fills and a request lowers. */
function bookBucket(capacity: number, perSecond: number, at: number) {
  let level = capacity;
  let last = at;
  return (now: number) => {
    level = Math.min(capacity, level + ((now - last) * perSecond) / 1_000);
    last = now;
    const before = level;
    if (level >= 1) level -= 1;
    return before;
  };
}

test("a bucket lets pass exactly its capacity and its refill, and refuses only when empty", async () => {
  await fc.assert(
    fc.asyncProperty(bucketOf, steps, async (bucket, waits) => {
      const clock = testClock();
      const limits = memoryLimits(clock);
      const book = bookBucket(bucket.capacity, bucket.perSecond, clock.now());
      const start = clock.now();
      let passed = 0;
      for (const wait of waits) {
        clock.advance(wait);
        const level = book(clock.now());
        const taken = await limits.take("key", bucket);
        if (taken.allowed) passed += 1;
        // Where the level is all but exactly one token, rounding may fall to either side; the two then part ways.
        if (Math.abs(level - 1) < 0.06) return;
        expect(taken.allowed).toBe(level >= 1);
        expect(taken.remaining).toBeLessThanOrEqual(Math.max(0, level - 1) + 0.06);
        expect(taken.remaining).toBeGreaterThan(Math.max(0, level - 1) - 1.06);
      }
      const filled = ((clock.now() - start) * bucket.perSecond) / 1_000;
      expect(passed).toBeLessThanOrEqual(bucket.capacity + filled + 0.06);
    }),
    { seed: 20261123, numRuns: 300 },
  );
});

test("a caller that waits as long as the refusal says is let through, and one that waits less is not", async () => {
  await fc.assert(
    fc.asyncProperty(bucketOf, fc.nat(3_000), async (bucket, wait) => {
      const clock = testClock();
      const limits = memoryLimits(clock);
      let taken = await limits.take("key", bucket);
      for (let n = 0; taken.allowed && n < 5_000; n++) taken = await limits.take("key", bucket);
      expect(taken.allowed).toBe(false);
      clock.advance(Math.max(0, Math.floor(taken.resetMs) - 1 - wait));
      if (taken.resetMs > 3) expect((await limits.take("key", bucket)).allowed).toBe(false);
      clock.advance(wait + 2);
      expect((await limits.take("key", bucket)).allowed).toBe(true);
    }),
    { seed: 20261123, numRuns: 100 },
  );
});

test("twenty requests at once and ten per second: the twenty-first waits a tenth of a second", async () => {
  const clock = testClock();
  const limits = memoryLimits(clock);
  const take = () => limits.take("key", { capacity: 20, perSecond: 10 });
  const seen = [];
  for (let n = 0; n < 20; n++) seen.push((await take()).remaining);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => 19 - n));
  expect(await take()).toEqual({ allowed: false, remaining: 0, resetMs: 100 });
  clock.advance(100);
  expect(await take()).toEqual({ allowed: true, remaining: 0, resetMs: 2_000 });
  clock.advance(1_000);
  expect((await take()).remaining).toBe(9);
});

test("each key has its own bucket", async () => {
  const limits = memoryLimits(testClock());
  const bucket = { capacity: 1, perSecond: 1 };
  expect((await limits.take("a", bucket)).allowed).toBe(true);
  expect((await limits.take("b", bucket)).allowed).toBe(true);
  expect((await limits.take("a", bucket)).allowed).toBe(false);
});

test("the number of buckets is bounded: the least recently used one is removed first", async () => {
  const limits = memoryLimits(testClock(), 3);
  const bucket = { capacity: 1, perSecond: 1 };
  for (const key of ["a", "b", "c", "a", "d"]) await limits.take(key, bucket);
  expect((await limits.take("a", bucket)).allowed).toBe(false);
  expect((await limits.take("b", bucket)).allowed).toBe(true);
});

test("a clock that is set back adds and removes no tokens", async () => {
  const clock = testClock();
  const limits = memoryLimits(clock);
  const bucket = { capacity: 2, perSecond: 1 };
  await limits.take("key", bucket);
  await limits.take("key", bucket);
  clock.advance(-1_000);
  expect((await limits.take("key", bucket)).allowed).toBe(false);
  clock.advance(2_000);
  expect((await limits.take("key", bucket)).allowed).toBe(true);
});

test("a clock that is set back by an hour delays a user by the refill time at most", async () => {
  const clock = testClock();
  const limits = memoryLimits(clock);
  const bucket = { capacity: 2, perSecond: 1 };
  await limits.take("key", bucket);
  clock.advance(-3_600_000);
  expect(await limits.take("key", bucket)).toMatchObject({ allowed: false, resetMs: 1_000 });
  clock.advance(2_000);
  for (const allowed of [true, true, false])
    expect((await limits.take("key", bucket)).allowed).toBe(allowed);
});
