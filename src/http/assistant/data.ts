import { trusted } from "../../lib/cast.ts";
import { isExactNumber } from "../../lib/exact-number.ts";

/**
 * What an assistant reads of documents and people are data: a supplier may write "ignore as instruções" into the name of a
 * product. Texts are cleaned and cut here, and in sentences they stand between « and », which no cleaned text has.
 */

/** Longest text of a datum, in characters. */
const MOST_TEXT = 200;
/** Longest text of a datum inside a sentence. */
const MOST_QUOTED = 80;
/** Elements of a list, levels, and characters of the JSON of all data of one answer. */
const MOST_ELEMENTS = 100;
const MOST_LEVELS = 8;
const MOST_JSON = 60_000;

/** Controls, invisible and reordering characters, private and unassigned ones, and the selectors that can hide a text. */
const UNSEEN = /[\p{C}\p{Variation_Selector}\u2028\u2029]+/gu;

/** One line without unseen characters and without « and », at most so long. */
export function cleanText(text: string, most = MOST_TEXT): string {
  const line = text.replace(UNSEEN, " ").replaceAll("«", "“").replaceAll("»", "”").trim();
  const shown = [...line.slice(0, most * 2)];
  return shown.length > most ? `${shown.slice(0, most - 1).join("")}…` : line;
}

/** A datum inside a sentence. */
export const quoted = (text: string | null | undefined): string =>
  `«${cleanText(text ?? "", MOST_QUOTED)}»`;

/** A number as its digits, with a decimal comma; null: a dash. */
export const digits = (value: number | null | undefined): string =>
  value === null || value === undefined ? "—" : JSON.stringify(value).replace(".", ",");

/** An amount as its digits: `R$ 12,5`. */
export const amount = (value: number | null | undefined): string => `R$ ${digits(value)}`;

/** Data as an answer shows them: every text cleaned, every list cut. `cut`: something was left out. */
export function shownData(value: unknown): { readonly data: unknown; readonly cut: boolean } {
  for (let most = MOST_ELEMENTS; ; most = Math.floor(most / 2)) {
    const state = { cut: false };
    const data = cleaned(value, { most, level: 0, state });
    if (most <= 1 || JSON.stringify(data).length <= MOST_JSON) return { data, cut: state.cut };
  }
}

interface Cut {
  readonly most: number;
  readonly level: number;
  readonly state: { cut: boolean };
}

function cleaned(value: unknown, how: Cut): unknown {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null || isExactNumber(value)) return value;
  const { most, level, state } = how;
  const inside = { most, level: level + 1, state };
  if (level === MOST_LEVELS) {
    state.cut = true;
    return null;
  }
  if (Array.isArray(value)) {
    if (value.length > most) state.cut = true;
    return value.slice(0, most).map((one) => cleaned(one, inside));
  }
  return Object.fromEntries(
    Object.entries(trusted<Record<string, unknown>>(value)).map(([name, one]) => [
      name,
      cleaned(one, inside),
    ]),
  );
}
