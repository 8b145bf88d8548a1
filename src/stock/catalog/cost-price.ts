import { type DecimalFailure, toScaled, unitValue } from "../../lib/decimal.ts";
import { ok, type Result } from "../../lib/result.ts";
import type { ProductFields } from "./products.ts";

/** Most decimal places of a cost per unit: as many as one is shown with. */
const PLACES = 10;

type LastCost = Pick<ProductFields, "lastCost_e2" | "lastCostQuantity_e4">;
const UNKNOWN: LastCost = { lastCost_e2: null, lastCostQuantity_e4: null };

/** The last cost per unit as a decimal text; 0 when it is not known, as in S.G.E. */
export const costPriceText = ({ lastCost_e2, lastCostQuantity_e4 }: LastCost): string =>
  (lastCost_e2 !== null && lastCostQuantity_e4 !== null
    ? unitValue(lastCost_e2, lastCostQuantity_e4)
    : null) ?? "0";

/**
 * A cost per unit (a decimal of at most 10 places) as the total of a quantity, exactly: that of 1 unit where it has 2 places, else
 * of 10, 100 … units. 0: not known.
 */
export function lastCostOf(text: string): Result<LastCost, DecimalFailure> {
  const places = Math.max(2, /\.(\d*?)0*$/.exec(text)?.[1]?.length ?? 0);
  const read = toScaled(text, Math.min(places, PLACES));
  if (!read.ok) return read;
  if (read.value === 0) return ok(UNKNOWN);
  return ok({ lastCost_e2: read.value, lastCostQuantity_e4: 10 ** (Math.min(places, PLACES) + 2) });
}
