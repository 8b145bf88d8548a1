import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** A third of the share of a core that the others get (nice 0 weighs 1,024, nice 5 weighs 335). */
const NICE = 5;

/**
 * Lets the other threads run before this one where cores are few, above all the event loop that answers requests: on Linux a thread has a
 * priority of its own. Where the system has none, or does not tell the thread's number, nothing changes.
 */
export function giveWay(): void {
  try {
    setPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)), NICE);
  } catch {
    // Requests wait a little longer, and nothing else.
  }
}
