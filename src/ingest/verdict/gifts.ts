/** Codes of gifts, bonuses and samples (CFOP x.910, x.911): the value that the note states is not paid. */
const GIFTS: ReadonlySet<string> = new Set(
  ["1", "2", "5", "6"].flatMap((digit) => [`${digit}910`, `${digit}911`]),
);

/**
 * Whether the item is a gift, bonus or sample by its CFOP. It enters at the cost 0, which lowers the average of its product, and
 * is never the last cost.
 */
export const isGift = (cfop: string): boolean => GIFTS.has(cfop);
