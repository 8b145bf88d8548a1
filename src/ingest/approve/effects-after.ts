import type { Settings } from "../../accounts/company.ts";
import type { NItem, Position } from "../../lib/item-number.ts";
import { Failed } from "../../lib/result.ts";
import { CORRECTION_MESSAGES } from "../../messages/pt-BR/documents/corrections.ts";
import { ruleSentence } from "../../messages/pt-BR/documents/rules.ts";
import { FACTOR_ONE, type Factor, factorText } from "../../stock/supplier-items/factor.ts";
import { type Mapping, unmappedItems } from "../note/mapping.ts";
import { roundsToZero } from "../note/rounded.ts";
import type { JudgedItem, StoredNote } from "../note/stored-note.ts";
import { applyCorrections } from "../verdict/corrections.ts";
import type { Hold, IngestFailure } from "../verdict/failures.ts";
import type { Effect } from "../verdict/verdict.ts";
import type { ItemCorrection, RequestedCorrections } from "./resolve-corrections.ts";

/** The hold of a note of whose goods a factor would leave nothing. */
export const ROUNDS_TO_ZERO = "rounds_to_zero";

/** The factor by which an item is booked: a person's, else that of its mapping. */
export const factorOf = (
  { code, unit }: Pick<JudgedItem, "code" | "unit">,
  mapping: Mapping,
  correction: ItemCorrection | undefined,
): Factor => correction?.factor ?? mapping.find(code, unit)?.factor ?? FACTOR_ONE;

/**
 * The effects of a note's items after the corrections of its approval, by position. A product given for each unmapped item that
 * moves lifts the hold `mapping`, and a factor (or the effect none) for each item that would be 0 the hold `rounds_to_zero`.
 * Fails with `nfe.correction` (a factor by which goods would be 0, effects that are missing), `nfe.override_denied`, `nfe.held`.
 */
export function effectsAfter(
  note: StoredNote,
  items: readonly JudgedItem[],
  mapping: Mapping,
  corrections: ReadonlyMap<Position, ItemCorrection>,
  settings: Settings,
  requested: RequestedCorrections,
): ReadonlyMap<Position, Effect> {
  const allMapped = unmappedItems(items, mapping).every((item) => {
    const correction = corrections.get(item.position);
    return correction?.product != null || (correction?.effect ?? item.effect) === "none";
  });
  const zero = zeroHold(items, mapping, corrections, requested);
  const holds = [
    ...note.holds.filter(
      ({ code }) => code !== ROUNDS_TO_ZERO && (code !== "mapping" || !allMapped),
    ),
    ...zero,
  ];
  const corrected = new Map<Position, "entry" | "exit" | "none">();
  for (const [position, correction] of corrections)
    if (correction.effect !== null) corrected.set(position, correction.effect);
  const applied = applyCorrections({ holds, direction: note.direction, items }, settings, {
    override: requested.override,
    effects: corrected,
  });
  if (!applied.ok)
    throw new Failed<IngestFailure>(
      applied.error.code === "missing_effects"
        ? missingEffects(applied.error.items)
        : applied.error,
    );
  const { effects, holdsLeft } = applied.value;
  if (holdsLeft.length > 0)
    throw new Failed<IngestFailure>({
      code: "nfe.held",
      access_key: note.accessKey,
      holds: holdsLeft,
    });
  return effects;
}

/** "-" in a JSON pointer is the element that is not there yet (RFC 6901, section 4). */
const missingEffects = (items: readonly NItem[]): IngestFailure => ({
  code: "nfe.correction",
  errors: items.map((nItem) => ({
    path: "/items/-/effect",
    code: "missing",
    message: CORRECTION_MESSAGES.missingEffect(nItem),
    expected: "entry | exit | none",
  })),
});

/**
 * The hold of the items that move and would be 0 by the factors of their mappings, whatever the stored verdict says: a mapping may
 * be newer. Fails with `nfe.correction` where a person's factor does it.
 */
function zeroHold(
  items: readonly JudgedItem[],
  mapping: Mapping,
  corrections: ReadonlyMap<Position, ItemCorrection>,
  requested: RequestedCorrections,
): Hold[] {
  const zero = items.filter((item) => {
    const correction = corrections.get(item.position);
    return (
      (correction?.effect ?? item.effect) !== "none" &&
      roundsToZero(item.quantity_e4, factorOf(item, mapping, correction))
    );
  });
  const given = zero.filter(({ position }) => corrections.get(position)?.factor != null);
  if (given.length > 0)
    throw new Failed<IngestFailure>({
      code: "nfe.correction",
      errors: given.map((item) => ({
        path: `/items/${placeOf(item, items, mapping, requested)}/factor`,
        code: ROUNDS_TO_ZERO,
        message: CORRECTION_MESSAGES.roundsToZero(item.nItem),
        got: factorText(factorOf(item, mapping, corrections.get(item.position))),
      })),
    });
  const message = ruleSentence({
    rule: "note.rounds_to_zero",
    params: { items: zero.map(({ nItem }) => nItem) },
  });
  return zero.length === 0 ? [] : [{ code: ROUNDS_TO_ZERO, message }];
}

/** Which of the corrections gives an item its factor: its own, or that of an item with the same code and unit. */
function placeOf(
  { nItem, code, unit }: JudgedItem,
  items: readonly JudgedItem[],
  mapping: Mapping,
  { items: requested }: RequestedCorrections,
): number {
  const own = requested.findIndex((one) => one.factor !== null && one.nItem === nItem);
  if (own >= 0) return own;
  const alike = items.filter(
    (other) => other.code === code && mapping.unitOf(other.unit) === mapping.unitOf(unit),
  );
  return requested.findIndex(
    (one) => one.factor !== null && alike.some((other) => other.nItem === one.nItem),
  );
}
