import { expect, test } from "bun:test";
import { breathe } from "../../src/platform/bun/ports.ts";
import { localPulse } from "../../src/platform/commit-signal.ts";
import { pulseContract } from "../contracts/commit-signal.ts";
import { holds } from "../support/holds.ts";
import { testClock } from "../support/ports.ts";

holds("bun", pulseContract, (after) => localPulse(after));

/** Whether a promise has resolved by now. */
async function over(promise: Promise<void>): Promise<boolean> {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await breathe();
  return done;
}

test("a beat wakes everybody who waits, and one that came before the wait is not missed", async () => {
  const pulse = localPulse(testClock().after);
  const seen = pulse.count();
  const both = [pulse.next(seen), pulse.next(seen)];
  expect(await Promise.all(both.map(over))).toEqual([false, false]);
  pulse.beat();
  expect(await Promise.all(both.map(over))).toEqual([true, true]);
  expect(await over(pulse.next(seen))).toBe(true);
  expect(await over(pulse.next(pulse.count()))).toBe(false);
});

test("without a beat a wait is over after a second, for other processes write too", async () => {
  const clock = testClock();
  const pulse = localPulse(clock.after);
  const waiting = pulse.next(pulse.count());
  clock.advance(999);
  expect(await over(waiting)).toBe(false);
  clock.advance(1);
  expect(await over(waiting)).toBe(true);
  expect(pulse.count()).toBe(0);
});

test("a wait ends with its signal, and leaves no timer and no listener behind", async () => {
  let timers = 0;
  const pulse = localPulse(() => {
    timers += 1;
    return () => {
      timers -= 1;
    };
  });
  const leaving = new AbortController();
  const aborted = pulse.next(pulse.count(), leaving.signal);
  const woken = pulse.next(pulse.count());
  expect(timers).toBe(2);
  leaving.abort();
  expect(await over(aborted)).toBe(true);
  pulse.beat();
  expect(await over(woken)).toBe(true);
  expect(timers).toBe(0);
  expect(await over(pulse.next(pulse.count(), leaving.signal))).toBe(true);
  expect(timers).toBe(0);
});
