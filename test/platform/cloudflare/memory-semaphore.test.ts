import { expect, test } from "bun:test";
import { memorySemaphore } from "../../../src/platform/cloudflare/memory-semaphore.ts";

/** Work of so many bytes each, which runs until the test ends it. */
function works(room: ReturnType<typeof memorySemaphore>, sizes: readonly number[]) {
  const inWork = new Set<number>();
  const ends: ((fault?: Error) => void)[] = [];
  const done = sizes.map((bytes, i) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.push((fault) => (fault === undefined ? resolve() : reject(fault)));
    return room(bytes, async () => {
      inWork.add(i);
      await promise.finally(() => inWork.delete(i));
    });
  });
  const end = async (i: number, fault?: Error) => {
    ends[i]?.(fault);
    await done[i]?.catch(() => undefined);
    await Promise.resolve();
  };
  return { now: () => [...inWork], end, done };
}

test("work begins in order while its bytes fit, and work that is too large runs alone", async () => {
  const { now, end } = works(memorySemaphore(10), [4, 4, 4, 50, 1]);
  await Promise.resolve();
  expect(now()).toEqual([0, 1]);
  await end(0);
  expect(now()).toEqual([1, 2]);
  await end(1);
  // The large one waits for all, and the small one behind it does not pass it.
  expect(now()).toEqual([2]);
  await end(2);
  expect(now()).toEqual([3]);
  await end(3);
  expect(now()).toEqual([4]);
});

test("work that fails frees its bytes, and fails alone", async () => {
  const { now, end, done } = works(memorySemaphore(1), [1, 1]);
  await Promise.resolve();
  await end(0, new Error("no"));
  expect(now()).toEqual([1]);
  await end(1);
  expect((await Promise.allSettled(done)).map(({ status }) => status)).toEqual([
    "rejected",
    "fulfilled",
  ]);
});
