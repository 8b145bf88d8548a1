import type { StorageFault } from "../../resilience/storage-fault.ts";
import type { CommitCheck, Installation, Mark, Marks } from "../installation.ts";

/** What mends it at the edge. */
export const EDGE_WAY_OUT =
  "Confira DATABASE_URL e os buckets; se este banco de dados é o certo, apague a marca no R2 (docs/deploy.md)";

/** How long a mark that could not be read is not asked for again, and how often an isolate writes it. */
const PAUSE_MS = 60_000;

interface World {
  readonly marks: Marks;
  readonly clock: { now(): number };
  /** Lets a write of the mark come to its end when the answer has left. */
  hold(work: Promise<unknown>): void;
  /** A commit was refused: the next one asks for the mark again. */
  lost(fault: StorageFault): void;
  /** The mark could not be read or written; the service goes on without. */
  failed(error: unknown): void;
}

/**
 * The commits of one isolate: the first asks for the mark, and each after it must find what the one before has left. The mark
 * is written at the first commit and then once a minute, so that as much may be lost unseen. While its bucket is away commits
 * are taken by what the isolate knows itself: a bucket must not stop a database that works.
 */
export function isolateCommitCheck({ marks, clock, hold, lost, failed }: World): CommitCheck {
  let last: Installation | null = null;
  let asked = false;
  let again = Number.NEGATIVE_INFINITY;
  let due = Number.NEGATIVE_INFINITY;
  let refused = false;

  async function write(now: Installation): Promise<void> {
    const there = await marks.read();
    // Another isolate is further; what it says of an older state of this database must stand.
    if (there !== null && (there.id !== now.id || there.commits >= now.commits)) return;
    await marks.write({ ...now, at: clock.now(), next: null, file: null } satisfies Mark);
  }

  return {
    async expected() {
      if (asked || clock.now() < again) return last;
      try {
        const mark = await marks.read();
        // A mark that was taken away is an operator's word that what is there is right.
        if (mark === null) last = refused ? null : last;
        else if (last?.id !== mark.id || last.commits < mark.commits) last = mark;
        asked = true;
        refused = false;
      } catch (error) {
        again = clock.now() + PAUSE_MS;
        failed(error);
      }
      return last;
    },
    refused(fault) {
      refused = true;
      due = Number.NEGATIVE_INFINITY;
      asked = false;
      again = Number.NEGATIVE_INFINITY;
      lost(fault);
    },
    committed(now) {
      last = now;
      if (!asked || clock.now() < due) return;
      due = clock.now() + PAUSE_MS;
      hold(write(now).catch(failed));
    },
  };
}
