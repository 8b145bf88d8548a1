import { fromScaled } from "../lib/decimal.ts";
import { exactNumber } from "../lib/exact-number.ts";

/** A quantity scaled by 10⁴, as a JSON number: `12.5`. */
export const quantity = (e4: number | bigint): number => exactNumber(fromScaled(e4, 4));
/** An amount of money scaled by 10², as a JSON number: `10.5`. */
export const money = (e2: number | bigint): number => exactNumber(fromScaled(e2, 2));
/** `quantity`, or null. */
export const quantityOrNull = (e4: number | null): number | null =>
  e4 === null ? null : quantity(e4);
export const moneyOrNull = (e2: number | null): number | null => (e2 === null ? null : money(e2));

/** An instant (ms UTC) as RFC 3339 with `Z`. */
export const instant = (ms: number): string => new Date(ms).toISOString();
export const instantOrNull = (ms: number | null): string | null =>
  ms === null ? null : instant(ms);
