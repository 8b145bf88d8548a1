import type { CommitSignal } from "../../ports/commit-signal.ts";
import type { Ports } from "../../ports/ports.ts";
import { localCommitSignal, type Schedule, schedule } from "../commit-signal.ts";

/**
 * Looks of one stream. A look is one read, two where events came, and every eighth also checks the token: fewer than the
 * thousand requests of an invocation, and five to ten minutes of a stream.
 */
const LOOKS = 300;
/** Looks without an event before the pause doubles; a heartbeat is due every eighth second. */
const BRISK = 30;

/**
 * Ports.commitSignal of one request, because a request may not wait for another one: no commit is reported to it, so it looks
 * every second, and every two seconds while nothing happens. After LOOKS looks `stopping` aborts: the stream sends its close
 * frame before the runtime cuts it, and the client continues after its last event in another invocation. A client that does
 * not read the close frame costs one look in half a minute, until the runtime ends it.
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
