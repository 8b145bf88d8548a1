/** Lets one caller through in each turn of the event loop, in the order of arrival. */
export interface OnePerTick {
  /** Rejects with the signal's reason when that aborts before the turn has come. */
  next(signal?: AbortSignal): Promise<void>;
}

/**
 * Spreads short work (half a millisecond) of many callers, one piece in each turn: sockets are served between two pieces, and a
 * small request waits for one piece, not for all (docs/adr/0006). Each waiting caller is a running request, and those are bounded.
 */
export function onePerTick(): OnePerTick {
  const waiting = new Set<() => void>();
  let scheduled = false;

  const turn = () => {
    const [first] = waiting;
    if (first !== undefined) {
      waiting.delete(first);
      first();
    }
    scheduled = waiting.size > 0;
    if (scheduled) setImmediate(turn);
  };

  return {
    next(signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(enter);
          reject(signal?.reason);
        };
        const enter = () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        };
        signal?.addEventListener("abort", leave, { once: true });
        waiting.add(enter);
        if (scheduled) return;
        scheduled = true;
        setImmediate(turn);
      });
    },
  };
}
