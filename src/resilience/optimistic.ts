import { Failed } from "../lib/result.ts";

/** How often a write is prepared before it fails as overloaded. */
const ATTEMPTS = 6;

/** The result of an attempt whose guards refused the batch: what it was prepared from had changed. Nothing was written. */
export const CHANGED: unique symbol = Symbol("changed");

/**
 * Optimistic concurrency: runs `attempt` (read, prepare, commit a guarded batch) until its result is not CHANGED.
 * `n` counts the attempts from 0. Fails with PlatformFailure `overloaded` after 6 attempts, and as `attempt` does.
 */
export async function optimistic<T>(
  attempt: (n: number) => Promise<T | typeof CHANGED>,
): Promise<T> {
  for (let n = 0; n < ATTEMPTS; n++) {
    const result = await attempt(n);
    if (result !== CHANGED) return result;
  }
  throw new Failed({ code: "overloaded" as const, what: "writer" as const, retryAfterS: 1 });
}
