import { expect, test } from "bun:test";
import { TaskCancelledError } from "cockatiel";
import { timeLimit } from "../../src/resilience/time-limit.ts";

const never = () => new Promise<never>(() => undefined);
const outcome = (call: Promise<unknown>) => call.catch((error: unknown) => error);

test("a call that lasts too long is aborted and rejected, also where it ignores its signal", async () => {
  let seen: AbortSignal | undefined;
  const late = await outcome(
    timeLimit(5)((within) => {
      seen = within;
      return never();
    }),
  );
  expect(late).toBeInstanceOf(TaskCancelledError);
  expect(seen?.aborted).toBe(true);
});

test("a call in time gives its own answer or error, and its time no longer runs", async () => {
  const signals: AbortSignal[] = [];
  const limited = timeLimit(20, { abortAfter: false });
  const answer = await limited((within) => {
    signals.push(within);
    return Promise.resolve("ok");
  });
  const fault = new Error("own");
  const failed = await outcome(
    limited((within) => {
      signals.push(within);
      return Promise.reject(fault);
    }),
  );
  await Bun.sleep(40);
  expect([answer, failed]).toEqual(["ok", fault]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
});

test("a call that has ended is aborted, for what it left behind", async () => {
  let seen: AbortSignal | undefined;
  await timeLimit(1_000)((within) => {
    seen = within;
    return Promise.resolve();
  });
  expect(seen?.aborted).toBe(true);
});
