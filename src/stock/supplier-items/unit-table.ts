import { err, ok, type Result } from "../../lib/result.ts";
import {
  allSpellings,
  BUILT_IN_UNITS,
  builtInUnit,
  plainUnit,
  type UnitSpellings,
  unitKey,
} from "./unit.ts";

/** A spelling, and the unit that a company says it means; the spelling itself: it is a unit of its own. */
export interface GivenSpelling {
  readonly spelling: string;
  readonly unit: string;
}

/** Most spellings of one company, with those that follow from them. */
export const MOST_SPELLINGS = 500;

/** What is wrong with the list; `n` is the index of the first spelling that is wrong. */
export type UnitTableFault =
  | { code: "blank" | "contradiction" | "chain"; n: number }
  | { code: "too_many"; n: number };

/**
 * The spellings that a company gives, as its settings keep them: without those that the built-in table has already, and with
 * every other spelling of a built-in unit that is given another meaning (PC is UN: PÇ and PECA are too, unless they are given).
 * Fails where a text is blank, one spelling has two units, or a unit is itself a spelling of another.
 */
export function unitSpellings(
  given: readonly GivenSpelling[],
): Result<UnitSpellings, UnitTableFault> {
  const wanted = new Map<string, string>();
  for (const [n, { spelling, unit }] of given.entries()) {
    const [text, means] = [plainUnit(spelling), plainUnit(unit)];
    if (text === "" || means === "") return err({ code: "blank", n });
    if ((wanted.get(text) ?? means) !== means) return err({ code: "contradiction", n });
    wanted.set(text, means);
  }
  const own = new Map<string, string>();
  for (const [n, { spelling }] of given.entries()) {
    const text = plainUnit(spelling);
    const means = wanted.get(text) ?? text;
    const unit = wanted.get(means) === means || text === means ? means : builtInUnit(means);
    if (unit !== text && (wanted.get(unit) ?? unit) !== unit) return err({ code: "chain", n });
    if (wanted.has(means) && wanted.get(means) !== means) return err({ code: "chain", n });
    for (const follows of [text, ...followers(text)])
      if (follows === text || !wanted.has(follows)) own.set(follows, unit);
  }
  for (const [text, unit] of own) if (builtInUnit(text) === unit) own.delete(text);
  if (own.size > MOST_SPELLINGS) return err({ code: "too_many", n: given.length - 1 });
  return ok(Object.fromEntries([...own].sort(([a], [b]) => (a < b ? -1 : 1))));
}

const followers = (unit: string): readonly string[] =>
  BUILT_IN_UNITS.find((builtIn) => builtIn.unit === unit)?.spellings ?? [];

/** Every unit of a company with its spellings, in the order of the units. */
export function unitTable(own: UnitSpellings): { unit: string; spellings: string[] }[] {
  const units = new Set([...BUILT_IN_UNITS.map(({ unit }) => unit), ...Object.values(own)]);
  return [...units]
    .filter((unit) => unitKey(unit, own) === unit)
    .sort()
    .map((unit) => ({ unit, spellings: allSpellings(unit, own).slice(1).sort() }));
}
