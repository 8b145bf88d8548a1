import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Half the share of a core that the others get (nice 0 weighs 1,024, nice 3 weighs 526). */
const NICE = 3;

/**
 * Lets the other threads of the machine run before this one where cores are few: on Linux a thread has a priority of its own. Where the
 * system has none, or does not tell the thread's number, nothing changes.
 */
export function giveWay(): void {
  try {
    setPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)), NICE);
  } catch {
    // Slower beside large documents, and nothing else.
  }
}
