import { expect, test } from "bun:test";
import { Failed } from "../../src/lib/result.ts";
import { CHANGED, optimistic } from "../../src/resilience/optimistic.ts";

test("an optimistic write is prepared again until its guards hold", async () => {
  const seen: number[] = [];
  const result = await optimistic(async (n) => {
    seen.push(n);
    return n < 2 ? CHANGED : "written";
  });
  expect([result, seen]).toEqual(["written", [0, 1, 2]]);
});

test("an optimistic write fails as overloaded after six attempts", async () => {
  let attempts = 0;
  const write = optimistic(async () => {
    attempts++;
    return CHANGED;
  });
  await expect(write).rejects.toMatchObject({
    failure: { code: "overloaded", what: "writer", retryAfterS: 1 },
  });
  expect(attempts).toBe(6);
});

test("an error of an attempt ends an optimistic write at once", async () => {
  let attempts = 0;
  const write = optimistic(async () => {
    attempts++;
    throw new Failed({ code: "nfe.not_found" });
  });
  await expect(write).rejects.toBeInstanceOf(Failed);
  expect(attempts).toBe(1);
});
