import { trusted } from "../lib/cast.ts";
import { fromScaled } from "../lib/decimal.ts";

/**
 * A JSON number written from its exact decimal text: old clients need numbers, and a float would lose digits.
 * JSON.rawJSON gives an object that JSON.stringify writes as is, so the type is a lie only until it is written.
 */
export function exactNumber(text: string): number {
  return trusted<number>(rawJson(text));
}

const rawJson = trusted<{ rawJSON(text: string): unknown }>(JSON).rawJSON;

/** 1/10⁴ on the wire: `12.5`. */
export const quantity = (e4: number | bigint): number => exactNumber(fromScaled(e4, 4));
/** 1/10² on the wire: `10.5`. */
export const money = (e2: number | bigint): number => exactNumber(fromScaled(e2, 2));
/** The same where the value may be absent. */
export const quantityOrNull = (e4: number | null): number | null =>
  e4 === null ? null : quantity(e4);
export const moneyOrNull = (e2: number | null): number | null => (e2 === null ? null : money(e2));

/** An instant (ms UTC) as RFC 3339 with `Z`. */
export const instant = (ms: number): string => new Date(ms).toISOString();
export const instantOrNull = (ms: number | null): string | null =>
  ms === null ? null : instant(ms);
