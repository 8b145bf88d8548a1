import { trusted } from "./cast.ts";

/**
 * A JSON number with exactly the digits of a decimal text: clients of S.G.E. need numbers, and a double would lose digits.
 * The value is a JSON.rawJSON object, typed as the number that JSON.stringify will write.
 */
export function exactNumber(text: string): number {
  return trusted<number>(rawJson(text));
}

const rawJson = trusted<{ rawJSON(text: string): unknown }>(JSON).rawJSON;

/** Whether a value is a number that `exactNumber` has made. */
export const isExactNumber = (value: unknown): boolean =>
  trusted<{ isRawJSON(value: unknown): boolean }>(JSON).isRawJSON(value);
