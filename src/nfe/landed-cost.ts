import { apportion, sumExact } from "../lib/decimal.ts";
import type { Note } from "./note.ts";
import { amountsOf, PARTS, type Part, priceOf, reliefOf } from "./note-value.ts";

/**
 * The name of a part of the cost: a tag of the note; `shared_discount`, a discount that exceeded another line; `unknown`, what an
 * earlier version kept as one sum.
 */
export type PartCode = "vProd" | "shared_discount" | "unknown" | Part["code"];

/** One part of the cost of an item, 1/10², with its sign. */
export interface CostPart {
  readonly code: PartCode;
  readonly amount_e2: number;
}

/**
 * The parts of the cost of each item, in the order of `note.items`, with no tax recoverable: vProd first, then the parts of vNF
 * that are not 0 (see note-value.ts for the exceptions), last `shared_discount`. vProd counts as 0 where indTot is 0, because
 * another line carries the price.
 *
 * An amount that only the total has is shared among the goods by vProd, to the cent. No cost is negative: where a
 * discount exceeds its line, the line costs 0 and the rest comes off the other lines. So the costs always add up to
 * the note's total by the same formula (to 0 where that is negative).
 */
export function landedParts(note: Note): CostPart[][] {
  const { items, total } = note;
  const relief = reliefOf(note);
  const parts: CostPart[][] = items.map((item) => [
    { code: "vProd", amount_e2: priceOf(item, total) },
  ]);
  for (const part of PARTS) {
    const { code, enters, sign } = part;
    for (const [i, amount] of amountsOf(note, part).entries()) {
      const item = items[i];
      if (amount !== 0 && item !== undefined && (enters === undefined || enters(item, relief)))
        parts[i]?.push({ code, amount_e2: sign * amount });
    }
  }
  const costs = parts.map(costOf);
  for (const [i, cost] of withoutNegatives(costs).entries()) {
    const shared = cost - (costs[i] ?? 0);
    if (shared !== 0) parts[i]?.push({ code: "shared_discount", amount_e2: shared });
  }
  return parts;
}

/** The sum of parts, 1/10². */
export function costOf(parts: readonly { readonly amount_e2: number }[]): number {
  let sum = 0;
  for (const { amount_e2 } of parts) sum += amount_e2;
  return sum;
}

/** The landed cost of each item, in cents, in the order of `note.items`, with no tax recoverable: the sum of its parts. */
export const landedCosts = (note: Note): number[] => landedParts(note).map(costOf);

/** Deducts negative lines from the positive ones, in proportion, down to zero. */
function withoutNegatives(costs: readonly number[]): readonly number[] {
  const positive = costs.map((cost) => Math.max(cost, 0));
  const missing = sumExact(positive) - sumExact(costs);
  if (missing === 0) return positive;
  const takeable = Math.min(missing, sumExact(positive));
  const taken = apportion(takeable, positive);
  return positive.map((cost, i) => cost - (taken[i] ?? 0));
}
