/** Lets one caller through in each turn of the event loop, in the order of arrival. */
export interface OnePerTick {
  /** Rejects with the signal's reason when that aborts before the turn has come. */
  next(signal?: AbortSignal): Promise<void>;
}

/**
 * Work of half a millisecond that many ask for at once, one piece a turn: so sockets are looked at between two pieces, and a
 * small request waits for one of them, not for all (docs/adr/0006). Who waits is a request in work, and those are bounded.
 */
export function onePerTick(): OnePerTick {
  const waiting = new Set<() => void>();
  let turning = false;

  const turn = () => {
    const [first] = waiting;
    if (first !== undefined) {
      waiting.delete(first);
      first();
    }
    turning = waiting.size > 0;
    if (turning) setImmediate(turn);
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
        if (turning) return;
        turning = true;
        setImmediate(turn);
      });
    },
  };
}
