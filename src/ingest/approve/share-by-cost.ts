import { apportion } from "../../lib/decimal.ts";
import type { CostedEntry, CostShare } from "../../stock/posting/late-cost.ts";

/**
 * Shares an amount among entries by what they cost, to the cent (largest remainder); by their quantities where none has a
 * cost. Entries with nothing of it are left out.
 */
export function shareByCost(amount_e2: number, entries: readonly CostedEntry[]): CostShare[] {
  const costs = entries.map(({ cost_e2 }) => cost_e2 ?? 0);
  const weights = costs.every((cost) => cost === 0)
    ? entries.map(({ quantity_e4 }) => quantity_e4)
    : costs;
  const amounts = apportion(amount_e2, weights);
  return entries
    .map(({ id }, i) => ({ about: id, amount_e2: amounts[i] ?? 0 }))
    .filter((share) => share.amount_e2 !== 0);
}
