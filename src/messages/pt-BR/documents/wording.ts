/** More item numbers than this are counted, not named: a note may have 990. */
const NAMED_ITEMS = 20;

/** Item numbers for a sentence: "item 3", "itens 1, 2 e 3", "itens 1, 2, … e mais 970". */
export function listed(items: readonly number[]): string {
  if (items.length === 1) return `item ${items[0]}`;
  const named = items.slice(0, NAMED_ITEMS);
  const rest = items.length - named.length;
  if (rest > 0) return `itens ${named.join(", ")} e mais ${rest}`;
  return `itens ${named.slice(0, -1).join(", ")} e ${named.at(-1)}`;
}
