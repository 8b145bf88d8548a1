import { expect, test } from "bun:test";
import { Failed } from "../../../src/lib/result.ts";
import type { PlatformFailure } from "../../../src/ports/failures.ts";
import { stockFailureFrom } from "../../../src/stock/posting/out-of-range.ts";

const refusal = (constraint: string) =>
  new Failed<PlatformFailure>({ code: "storage.rejected", constraint });

test.each(["quantity_e4", "cost_e2", "balances"])(
  "the database's refusal of %s becomes the failure of a quantity out of range",
  (constraint) => {
    const said = stockFailureFrom(refusal(`CHECK constraint failed: ${constraint}`), "A");
    expect(said).toMatchObject({ failure: { code: "stock.out_of_range", product_code: "A" } });
  },
);

test("any other error is returned unchanged", () => {
  for (const error of [
    refusal("UNIQUE constraint failed: notes.access_key"),
    new Failed<PlatformFailure>({ code: "storage.full" }),
    new TypeError("quantity_e4"),
    null,
  ])
    expect(stockFailureFrom(error, "A")).toBe(error);
});
