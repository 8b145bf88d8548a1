import type { CommitSignal } from "../ports/commit-signal.ts";

/** Runs a function once after so many milliseconds; the result cancels it. */
export type Schedule = (ms: number, run: () => void) => () => void;

export const schedule: Schedule = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** How long a write of another process may stay unseen, ms. */
const PERIOD_MS = 1_000;

export interface LocalCommitSignal extends CommitSignal {
  /** Reports a commit. */
  signal(): void;
}

/**
 * Ports.commitSignal of one process: resolves at once for its own commits, and about every second for those of others, or
 * after `period` (ms), by the number of looks in a row that have found nothing.
 */
export function localCommitSignal(
  after: Schedule = schedule,
  period: (quiet: number) => number = () => PERIOD_MS,
): LocalCommitSignal {
  let commits = 0;
  const waiting = new Set<() => void>();
  return {
    count: () => commits,
    next(seen, signal, quiet = 0) {
      if (commits > seen || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          waiting.delete(done);
          cancel();
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const cancel = after(period(quiet), done);
        waiting.add(done);
        signal?.addEventListener("abort", done, { once: true });
      });
    },
    signal() {
      commits += 1;
      for (const done of [...waiting]) done();
    },
  };
}
