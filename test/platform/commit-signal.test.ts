import { expect, test } from "bun:test";
import { yieldToEventLoop } from "../../src/platform/bun/ports.ts";
import { localCommitSignal } from "../../src/platform/commit-signal.ts";
import { commitSignalContract } from "../contracts/commit-signal.ts";
import { testContract } from "../support/contract-tests.ts";
import { testClock } from "../support/ports.ts";

testContract("bun", commitSignalContract, (after) => localCommitSignal(after));

/** Whether a promise has resolved by now. */
async function over(promise: Promise<void>): Promise<boolean> {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await yieldToEventLoop();
  return done;
}

test("a commit wakes all waiting callers, and one before the wait is not missed", async () => {
  const commits = localCommitSignal(testClock().after);
  const seen = commits.count();
  const both = [commits.next(seen), commits.next(seen)];
  expect(await Promise.all(both.map(over))).toEqual([false, false]);
  commits.signal();
  expect(await Promise.all(both.map(over))).toEqual([true, true]);
  expect(await over(commits.next(seen))).toBe(true);
  expect(await over(commits.next(commits.count()))).toBe(false);
});

test("a wait without a commit ends after a second, because other processes write too", async () => {
  const clock = testClock();
  const commits = localCommitSignal(clock.after);
  const waiting = commits.next(commits.count());
  clock.advance(999);
  expect(await over(waiting)).toBe(false);
  clock.advance(1);
  expect(await over(waiting)).toBe(true);
  expect(commits.count()).toBe(0);
});

test("a wait ends with its signal, and leaves no timer and no listener behind", async () => {
  let timers = 0;
  const commits = localCommitSignal(() => {
    timers += 1;
    return () => {
      timers -= 1;
    };
  });
  const leaving = new AbortController();
  const aborted = commits.next(commits.count(), leaving.signal);
  const woken = commits.next(commits.count());
  expect(timers).toBe(2);
  leaving.abort();
  expect(await over(aborted)).toBe(true);
  commits.signal();
  expect(await over(woken)).toBe(true);
  expect(timers).toBe(0);
  expect(await over(commits.next(commits.count(), leaving.signal))).toBe(true);
  expect(timers).toBe(0);
});
