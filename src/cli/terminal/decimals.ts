import { grouped } from "../../lib/amount.ts";

/**
 * A number of an answer as Brazilians read it (`1.234,5`), digit for digit. It may be a `JSON.rawJSON` object
 * (service/exact-json.ts); `null` is an empty text.
 */
export function decimal(value: number | null): string {
  if (value === null) return "";
  const [, sign = "", whole = "", places = ""] =
    /^(-?)(\d+)(?:\.(\d+))?$/.exec(JSON.stringify(value)) ?? [];
  if (whole === "") return JSON.stringify(value);
  return `${sign}${grouped(whole)}${places === "" ? "" : `,${places}`}`;
}

/** The same with its sign, also where it is positive. */
export const signed = (value: number): string =>
  JSON.stringify(value).startsWith("-") ? decimal(value) : `+${decimal(value)}`;

/** An instant of an answer without its seconds' fractions (`2026-11-28 17:20:05 UTC`); null: an empty text. */
export const moment = (instant: string | null): string =>
  instant === null ? "" : instant.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
