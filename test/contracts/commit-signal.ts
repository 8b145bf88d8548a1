import type { CommitSignal } from "../../src/ports/commit-signal.ts";
import { type Contract, same } from "./claims.ts";

/** Runs something after so many milliseconds, once; what it gives takes that back. */
type Later = (ms: number, run: () => void) => () => void;

/** A clock that the test moves. */
function handClock() {
  let now = 0;
  const waiting = new Set<{ at: number; run: () => void }>();
  const after: Later = (ms, run) => {
    const one = { at: now + ms, run };
    waiting.add(one);
    return () => void waiting.delete(one);
  };
  const pass = (ms: number) => {
    now += ms;
    for (const one of [...waiting]) if (one.at <= now && waiting.delete(one)) one.run();
  };
  return { after, pass, timers: () => waiting.size };
}

/** Whether a promise has resolved after everything that is ready has run. */
async function over(promise: Promise<void>): Promise<boolean> {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  return done;
}

/** Ports.commitSignal, for every implementation, over a clock of ours. How it learns of its own commits is not part of the contract. */
export const commitSignalContract: Contract<(after: Later) => CommitSignal> = [
  {
    name: "a wait ends after a second at the latest, because other processes write too",
    async run(open) {
      const { after, pass } = handClock();
      const commits = open(after);
      const both = [commits.next(commits.count()), commits.next(commits.count())];
      same(await Promise.all(both.map(over)), [false, false]);
      pass(1_000);
      same(await Promise.all(both.map(over)), [true, true]);
      const third = commits.next(commits.count());
      same(await over(third), false);
      pass(1_000);
      await third;
    },
  },
  {
    name: "a wait ends when its signal aborts, leaves no timer, and never rejects",
    async run(open) {
      const { after, timers } = handClock();
      const commits = open(after);
      const leaving = new AbortController();
      const waiting = commits.next(commits.count(), leaving.signal);
      const other = commits.next(commits.count());
      leaving.abort("gone");
      await waiting;
      same([await over(other), timers()], [false, 1]);
      await commits.next(commits.count(), leaving.signal);
      same(timers(), 1);
    },
  },
  {
    name: "a commit before the wait ends it at once",
    async run(open) {
      const commits = open(handClock().after);
      same(await over(commits.next(commits.count() - 1)), true);
    },
  },
];
