import { expect, test } from "bun:test";
import fc from "fast-check";
import { nextAttempt, pauseAfter, RETRY_FOR_MS } from "../../src/webhooks/retry-schedule.ts";

const plain = { chance: 0.5, retryAfterS: null };

test("attempts follow after 10 s, 30 s, 90 s and so on, up to 8 hours", () =>
  expect([1, 2, 3, 4, 8, 9, 30].map((n) => (nextAttempt(n, 0, 0, plain) ?? 0) / 1_000)).toEqual([
    10, 30, 90, 270, 21_870, 28_800, 28_800,
  ]));

test("a delay is at most a fifth shorter or longer, and an attempt is never later than three days after the first", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: RETRY_FOR_MS }),
      (attempts, chance, now) => {
        const planned = nextAttempt(attempts, now, now, plain) ?? 0;
        const at = nextAttempt(attempts, 0, now, { chance, retryAfterS: null });
        if (at === null) return;
        expect(at).toBeLessThanOrEqual(RETRY_FOR_MS);
        expect(at - now).toBeGreaterThanOrEqual(0.8 * (planned - now) - 1);
        expect(at - now).toBeLessThanOrEqual(1.2 * (planned - now) + 1);
      },
    ),
    { seed: 20261128, numRuns: 200 },
  ));

test("a Retry-After makes a delay longer, up to a day, and never shorter", () => {
  const at = (retryAfterS: number) => nextAttempt(1, 0, 0, { chance: 0.5, retryAfterS });
  expect([at(1), at(60), at(10_000_000)]).toEqual([10_000, 60_000, 86_400_000]);
});

test("a webhook rests for 10 s, 20 s, 40 s and so on, up to an hour", () =>
  expect([1, 2, 3, 9, 50].map((runs) => pauseAfter(runs) / 1_000)).toEqual([
    10, 20, 40, 2_560, 3_600,
  ]));
