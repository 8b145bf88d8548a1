/** Runs work that holds so many bytes in memory. */
export type MemorySemaphore = <T>(bytes: number, work: () => Promise<T>) => Promise<T>;

/**
 * Room for `most` bytes: work begins while what is in work holds no more than that with it, in the order asked for; a piece
 * that is larger has the room for itself. One for each invocation: nobody waits for another's.
 */
export function memorySemaphore(most: number): MemorySemaphore {
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  let held = 0;
  const admit = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (held > 0 && held + next.bytes > most) return;
      held += next.bytes;
      waiting.shift();
      next.begin();
    }
  };
  return async (bytes, work) => {
    await new Promise<void>((begin) => {
      waiting.push({ bytes, begin });
      admit();
    });
    try {
      return await work();
    } finally {
      held -= bytes;
      admit();
    }
  };
}
