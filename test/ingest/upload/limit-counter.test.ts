import { expect, test } from "bun:test";
import { LimitCounter } from "../../../src/ingest/upload/limit-counter.ts";
import { BATCH_LIMITS, type BatchLimits } from "../../../src/ingest/upload/limits.ts";

const limited = (limits: Partial<BatchLimits>) => new LimitCounter({ ...BATCH_LIMITS, ...limits });
const refusal = (act: () => void): unknown => {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
};

const LIMITS: readonly (readonly [string, LimitCounter, (tally: LimitCounter) => void, number])[] =
  [
    ["entries", limited({ entries: 3 }), (tally) => tally.countEntry(), 3],
    ["documents", limited({ documents: 3 }), (tally) => tally.countDocument(1, 1), 3],
    ["inflated", limited({ inflatedBytes: 30 }), (tally) => tally.countDocument(10, 10), 3],
  ];
for (const [what, tally, step, allowed] of LIMITS)
  test(`a request may have ${what} up to its limit and no more`, () => {
    for (let n = 0; n < allowed; n += 1) expect([n, refusal(() => step(tally))]).toEqual([n, null]);
    expect(refusal(() => step(tally))).toMatchObject({
      failure: { code: "batch.too_large", what },
    });
  });

test("an entry of exactly the limit of bytes and ratio is accepted, and one above it is refused", () => {
  const tally = limited({ entryBytes: 100_000, ratio: 100 });
  expect(refusal(() => tally.checkEntry(1_000, 100_000))).toBeNull();
  expect(refusal(() => tally.checkEntry(100_001, 100_001))).toMatchObject({
    failure: { what: "entry" },
  });
  expect(refusal(() => tally.checkEntry(999, 100_000))).toMatchObject({
    failure: { what: "ratio" },
  });
});
