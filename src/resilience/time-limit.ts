import { TaskCancelledError } from "cockatiel";

/** Runs a call; `within` aborts when its time is over. */
export type TimeLimit = <T>(call: (within: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Rejects with cockatiel's TaskCancelledError when a call lasts longer than `ms`, whatever the call does then. `abortAfter`:
 * `within` aborts also when the call has ended, for what it may have left behind. cockatiel's own policy makes events and
 * listeners for each call.
 */
export function timeLimit(ms: number, { abortAfter = true } = {}): TimeLimit {
  return async (call) => {
    const aborter = new AbortController();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      aborter.abort();
      reject(new TaskCancelledError(`Operation timed out after ${ms}ms`));
    }, ms);
    try {
      return await Promise.race([call(aborter.signal), late]);
    } finally {
      clearTimeout(timer);
      if (abortAfter) aborter.abort();
    }
  };
}
