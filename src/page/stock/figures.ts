import { fromScaled, toScaled } from "../../lib/decimal.ts";
import { quantity } from "../base/say.ts";

const PLACES = 4;

/** A quantity as an integer of 1/10⁴, so that sums are exact. */
export const scaledOf = (value: number | string): number => {
  const read = toScaled(String(value), PLACES, { signed: true });
  return read.ok ? read.value : Number.NaN;
};

/** The quantity of an integer of 1/10⁴. */
export const ofScaled = (scaled: number): number => Number(fromScaled(scaled, PLACES));

/** The balance that an entry or an exit of `text` (digits as JSON has them) leads to; null where it is not known yet. */
export function balanceAfter(
  balance: number,
  type: "ENTRADA" | "SAIDA",
  text: string | null,
): number | null {
  if (text === null) return null;
  const moved = scaledOf(text);
  const after = scaledOf(balance) + (type === "ENTRADA" ? moved : -moved);
  return Number.isSafeInteger(after) ? ofScaled(after) : null;
}

/** A figure as it is typed in Brazil, without groups: 1234,5. */
export const typed = (value: number | null): string =>
  value === null ? "" : String(value).replace(".", ",");

/** `36 UN`. */
export const withUnit = (value: number | null, unit: string): string =>
  `${quantity(value)} ${unit}`;
