import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { StockFailure } from "../failures.ts";

/**
 * Turns the database's refusal of a quantity beyond 2⁵³ (the CHECKs of movements and balances) into `stock.out_of_range`;
 * returns every other error unchanged. There is no check before: it takes 900 billion units of one product.
 */
export function stockFailureFrom(error: unknown, product: string): unknown {
  if (!(error instanceof Failed) || error.failure.code !== "storage.rejected") return error;
  // Only the writer makes a Failed with this code.
  const { constraint } = trusted<PlatformFailure & { code: "storage.rejected" }>(error.failure);
  if (!/quantity_e4|cost_e2|value_e2|passed_e2|after_e|balances/.test(constraint)) return error;
  return new Failed<StockFailure>(
    { code: "stock.out_of_range", product_code: product },
    { cause: error },
  );
}
