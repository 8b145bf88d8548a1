import type { Pulse } from "../../src/ports.ts";
import { type Contract, claim, same } from "./claims.ts";

export interface OpenPulse {
  readonly pulse: Pulse;
  /** This process commits something. */
  commit(): Promise<void>;
  /** Lets the time pass after which a waiter looks for what others have written. */
  second(): Promise<void>;
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

/** Ports.Pulse, whoever implements it. */
export const pulseContract: Contract<() => OpenPulse> = [
  {
    name: "a commit wakes everybody who waits, and one that came before the wait is not missed",
    async run(open) {
      const { pulse, commit } = open();
      const seen = pulse.count();
      const both = [pulse.next(seen), pulse.next(seen)];
      same(await Promise.all(both.map(over)), [false, false]);
      await commit();
      same(await Promise.all(both.map(over)), [true, true]);
      claim(pulse.count() > seen, "the commit was not counted");
      same(await over(pulse.next(seen)), true);
    },
  },
  {
    name: "without a commit a wait is over after about a second, for others write too",
    async run(open) {
      const { pulse, second } = open();
      const waiting = pulse.next(pulse.count());
      same(await over(waiting), false);
      await second();
      await waiting;
    },
  },
  {
    name: "a wait ends when its caller leaves, and never rejects",
    async run(open) {
      const { pulse } = open();
      const leaving = new AbortController();
      const waiting = pulse.next(pulse.count(), leaving.signal);
      leaving.abort("gone");
      await waiting;
      await pulse.next(pulse.count(), leaving.signal);
      same(await over(pulse.next(pulse.count(), leaving.signal)), true);
    },
  },
];
