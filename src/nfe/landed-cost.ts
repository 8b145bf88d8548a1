import { apportion, sumExact } from "../lib/decimal.ts";
import type { Note } from "./note.ts";
import { amountsOf, PARTS, priceOf, reliefOf } from "./note-value.ts";

/**
 * The landed cost of each item, in cents, in the order of `note.items`, with no tax recoverable:
 * vProd − vDesc + vFrete + vSeg + vOutro + vIPI + vICMSST + vFCPST + vII + vICMSMonoReten + vIPIDevol, + vPISST and vCOFINSST
 * where they are summed, − vICMSDeson where it was deducted: the parts of vNF (see note-value.ts for the exceptions).
 * vProd counts as 0 where indTot is 0, because another line carries the price.
 *
 * An amount that only the total has is shared among the goods by vProd, to the cent. No cost is negative: where a
 * discount exceeds its line, the line costs 0 and the rest comes off the other lines. So the costs always add up to
 * the note's total by the same formula (to 0 where that is negative).
 */
export function landedCosts(note: Note): number[] {
  const { items, total } = note;
  const relief = reliefOf(note);
  const costs = items.map((item) => priceOf(item, total));
  for (const part of PARTS) {
    const { enters, sign } = part;
    for (const [i, amount] of amountsOf(note, part).entries()) {
      const item = items[i];
      if (amount !== 0 && item !== undefined && (enters === undefined || enters(item, relief)))
        costs[i] = (costs[i] ?? 0) + sign * amount;
    }
  }
  return withoutNegatives(costs);
}

/** Deducts negative lines from the positive ones, in proportion, down to zero. */
function withoutNegatives(costs: readonly number[]): number[] {
  const positive = costs.map((cost) => Math.max(cost, 0));
  const missing = sumExact(positive) - sumExact(costs);
  if (missing === 0) return positive;
  const takeable = Math.min(missing, sumExact(positive));
  const taken = apportion(takeable, positive);
  return positive.map((cost, i) => cost - (taken[i] ?? 0));
}
