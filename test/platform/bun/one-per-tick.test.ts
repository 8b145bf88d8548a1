import { expect, test } from "bun:test";
import { onePerTick } from "../../../src/platform/bun/threads/one-per-tick.ts";

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("one caller proceeds in each turn, in the order of arrival", async () => {
  const gate = onePerTick();
  const passed: number[] = [];
  const all = Promise.all([1, 2, 3].map((n) => gate.next().then(() => passed.push(n))));
  const seen: number[] = [];
  while (passed.length < 3) {
    await nextTurn();
    seen.push(passed.length);
  }
  await all;
  expect(passed).toEqual([1, 2, 3]);
  expect(Math.max(...seen.map((count, i) => count - (seen[i - 1] ?? 0)))).toBe(1);
});

test("a caller that aborts gives its place to the next", async () => {
  const gate = onePerTick();
  const leaving = new AbortController();
  const first = gate.next();
  const second = gate.next(leaving.signal).catch((reason: unknown) => reason);
  const third = gate.next();
  leaving.abort("gone");
  expect(await second).toBe("gone");
  await Promise.all([first, third]);
  expect(await gate.next(AbortSignal.abort("late")).catch((reason: unknown) => reason)).toBe(
    "late",
  );
});
