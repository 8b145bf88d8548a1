import { accountRows } from "./account-rows.mjs";
import { catalogRows } from "./catalog-rows.mjs";
import { noteRows } from "./note-rows.mjs";
import { openRows } from "./open-rows.mjs";
import { stockRows } from "./stock-rows.mjs";

/** Rows of S.G.E. that no route serves yet; each must answer 404 or 405, so that a row that is built leaves this list. */
export const NOT_BUILT = [];

/**
 * The rows in the order in which a client meets them: number or numbers, what must hold, and the test of a client over a new
 * database. Rows later in the list use what earlier ones have made.
 */
export const ROWS = [...openRows, ...noteRows, ...stockRows, ...catalogRows, ...accountRows];

/** The numbers of the 33 rows that no test names and that are not in NOT_BUILT. */
export function missingRows() {
  const named = new Set([...ROWS.flatMap(({ rows }) => rows), ...NOT_BUILT.map(([row]) => row)]);
  return Array.from({ length: 33 }, (_, n) => n + 1).filter((row) => !named.has(row));
}
