/** Runs work that needs so many bytes of memory. */
export type MemorySemaphore = <T>(bytes: number, work: () => Promise<T>) => Promise<T>;

/**
 * A semaphore of `most` bytes: work begins in the order of the calls, as soon as it fits beside the running work; a larger
 * piece runs alone. One for each invocation, because no request may wait for another one.
 */
export function memorySemaphore(most: number): MemorySemaphore {
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  let used = 0;
  const admit = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (used > 0 && used + next.bytes > most) return;
      used += next.bytes;
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
      used -= bytes;
      admit();
    }
  };
}
