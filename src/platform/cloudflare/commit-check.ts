import type { StorageFault } from "../../resilience/storage-fault.ts";
import type { CommitCheck, Installation, Mark, Marks } from "../installation.ts";

/** How to repair a lost database at the edge (Portuguese). */
export const EDGE_WAY_OUT =
  "Confira DATABASE_URL e os buckets; se este banco de dados é o certo, apague a marca no R2 (docs/deploy.md)";

/** Pause before a mark that could not be read is read again, and between two writes of an isolate, ms. */
const PAUSE_MS = 60_000;

interface Needs {
  readonly marks: Marks;
  readonly clock: { now(): number };
  /** Lets a write of the mark finish after the answer was sent. */
  waitUntil(work: Promise<unknown>): void;
  /** Called when a commit was refused; the next one reads the mark again. */
  onRefused(fault: StorageFault): void;
  /** Called when the mark could not be read or written; the service continues without it. */
  onMarkFailed(error: unknown): void;
}

/**
 * The check of one isolate: the first commit reads the mark, and each later one must find the state that the one before left.
 * The mark is written at the first commit and then once a minute, so a loss of the last minute may go unseen. While its bucket
 * is down the isolate uses what it knows itself: a failing bucket must not stop a working database.
 */
export function isolateCommitCheck({
  marks,
  clock,
  waitUntil,
  onRefused,
  onMarkFailed,
}: Needs): CommitCheck {
  let last: Installation | null = null;
  let asked = false;
  let again = Number.NEGATIVE_INFINITY;
  let due = Number.NEGATIVE_INFINITY;
  let refused = false;

  async function write(now: Installation): Promise<void> {
    const there = await marks.read();
    // The mark of another isolate is newer: an older one must not replace it.
    if (there !== null && (there.id !== now.id || there.commits >= now.commits)) return;
    await marks.write({ ...now, at: clock.now(), next: null, file: null } satisfies Mark);
  }

  return {
    async expected() {
      if (asked || clock.now() < again) return last;
      try {
        const mark = await marks.read();
        // An operator deletes the mark to confirm that the present database is right.
        if (mark === null) last = refused ? null : last;
        else if (last?.id !== mark.id || last.commits < mark.commits) last = mark;
        asked = true;
        refused = false;
      } catch (error) {
        again = clock.now() + PAUSE_MS;
        onMarkFailed(error);
      }
      return last;
    },
    refused(fault) {
      refused = true;
      due = Number.NEGATIVE_INFINITY;
      asked = false;
      again = Number.NEGATIVE_INFINITY;
      onRefused(fault);
    },
    committed(now) {
      last = now;
      if (!asked || clock.now() < due) return;
      due = clock.now() + PAUSE_MS;
      waitUntil(write(now).catch(onMarkFailed));
    },
  };
}
