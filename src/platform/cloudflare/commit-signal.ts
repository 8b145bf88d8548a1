import type { CommitSignal } from "../../ports/commit-signal.ts";
import type { Ports } from "../../ports/ports.ts";
import { localCommitSignal, type Schedule, schedule } from "../commit-signal.ts";

/**
 * Looks of one stream. A look is one read, two where something came, and every eighth asks for the bearer too: below the
 * thousand requests that an invocation may make, and five to ten minutes of one stream.
 */
const LOOKS = 300;
/** Looks without an event before the signal becomes slow; a heartbeat is due every eighth second. */
const BRISK = 30;

/**
 * Ports.Pulse of one request, since nothing may wait on behalf of another: nobody tells it of a commit, so it looks every
 * second, every two while nothing happens. After LOOKS of them `stopping` aborts: the stream says farewell before the runtime
 * cuts it, and the client goes on from its last event in another invocation. A client that does not even take the farewell
 * costs a look in half a minute, until the runtime ends it.
 */
export function requestCommitSignal(after: Schedule = schedule): {
  commitSignal: CommitSignal;
  stopping: Ports["stopping"];
} {
  const ending = new AbortController();
  const local = localCommitSignal(after, (quiet) =>
    ending.signal.aborted ? 30_000 : quiet < BRISK ? 1_000 : 2_000,
  );
  let looks = 0;
  const commitSignal: CommitSignal = {
    count: local.count,
    next(seen, signal, quiet) {
      looks += 1;
      if (looks === LOOKS) ending.abort(new DOMException("so many looks", "AbortError"));
      return local.next(seen, signal, quiet);
    },
  };
  return { commitSignal, stopping: ending.signal };
}
