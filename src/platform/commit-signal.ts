import type { CommitSignal } from "../ports/commit-signal.ts";

/** Runs something after so many milliseconds, once; what it gives takes that back. */
export type Schedule = (ms: number, run: () => void) => () => void;

export const schedule: Schedule = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** How long what another process has written may stay unseen. */
const PERIOD_MS = 1_000;

export interface LocalCommitSignal extends CommitSignal {
  /** Something was committed. */
  signal(): void;
}

/**
 * Ports.Pulse of one process: its own commits at once, and a look about every second for those of others, or as `period`
 * says of so many looks in a row that have found nothing.
 */
export function localCommitSignal(
  after: Schedule = schedule,
  period: (quiet: number) => number = () => PERIOD_MS,
): LocalCommitSignal {
  let beats = 0;
  const waiting = new Set<() => void>();
  return {
    count: () => beats,
    next(seen, signal, quiet = 0) {
      if (beats > seen || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          waiting.delete(done);
          takeBack();
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const takeBack = after(period(quiet), done);
        waiting.add(done);
        signal?.addEventListener("abort", done, { once: true });
      });
    },
    signal() {
      beats += 1;
      for (const done of [...waiting]) done();
    },
  };
}
