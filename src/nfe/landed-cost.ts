import { apportion, sumExact } from "../lib/decimal.ts";
import type { Item, Note, Totals } from "./note.ts";

/** An amount of an item, the sum of it in the total (null: the total has none), and how it enters the cost. */
interface Part {
  readonly item: keyof Item & `v${string}_e2`;
  readonly total: keyof Totals | null;
  readonly sign: 1 | -1;
}

/** Shared with check.ts, which holds the sums together. vProd is not among them: it has rules of its own. */
export const PARTS: readonly Part[] = [
  { item: "vFrete_e2", total: "vFrete_e2", sign: 1 },
  { item: "vSeg_e2", total: "vSeg_e2", sign: 1 },
  { item: "vOutro_e2", total: "vOutro_e2", sign: 1 },
  { item: "vIPI_e2", total: "vIPI_e2", sign: 1 },
  { item: "vICMSST_e2", total: "vST_e2", sign: 1 },
  { item: "vFCPST_e2", total: "vFCPST_e2", sign: 1 },
  { item: "vII_e2", total: "vII_e2", sign: 1 },
  { item: "vIS_e2", total: null, sign: 1 },
  { item: "vDesc_e2", total: "vDesc_e2", sign: -1 },
  { item: "vICMSDeson_e2", total: "vICMSDeson_e2", sign: -1 },
];

/**
 * What each item costs landed, in cents, in the order of `note.items`, with no tax recoverable:
 * vProd − vDesc + vFrete + vSeg + vOutro + vIPI + vICMSST + vFCPST + vII + vIS − vICMSDeson (unless indDeduzDeson is 0);
 * vProd counts as 0 where indTot is 0, because another line carries the price.
 *
 * An amount that only the total has is shared among the goods by vProd, to the cent. No cost is negative: where a
 * discount exceeds its line, the line costs 0 and the rest comes off the other lines. So the costs always add up to
 * the note's total by the same formula (to 0 where that is negative).
 */
export function landedCosts(note: Note): number[] {
  const { items, total } = note;
  const costs = items.map(price);
  const goods = items.map((item) => (item.service ? 0 : price(item)));
  const weights = goods.some((weight) => weight > 0) ? goods : items.map(price);
  for (const part of PARTS) {
    const inTotal = part.total === null ? 0 : total[part.total];
    const stated = items.some((item) => item[part.item] !== 0);
    if (!stated && inTotal === 0) continue;
    const shares = stated
      ? items.map((item) => (stays(item, part) ? 0 : item[part.item]))
      : apportion(inTotal, weights);
    for (const [i, share] of shares.entries()) costs[i] = (costs[i] ?? 0) + part.sign * share;
  }
  return withoutNegatives(costs);
}

const price = (item: Item): number => (item.indTot === "1" ? item.vProd_e2 : 0);

/** indDeduzDeson 0: the relieved ICMS is told, and not taken off the price. */
const stays = (item: Item, part: Part): boolean =>
  part.item === "vICMSDeson_e2" && item.indDeduzDeson === "0";

/** Takes what lines are below zero off those above, by their size, as far as these reach. */
function withoutNegatives(costs: readonly number[]): number[] {
  const positive = costs.map((cost) => Math.max(cost, 0));
  const missing = sumExact(positive) - sumExact(costs);
  if (missing === 0) return positive;
  const takeable = Math.min(missing, sumExact(positive));
  const taken = apportion(takeable, positive);
  return positive.map((cost, i) => cost - (taken[i] ?? 0));
}
