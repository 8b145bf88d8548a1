import type { Settings } from "../../accounts/company.ts";
import type { NItem, Position } from "../../lib/item-number.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { HOLD_CODES, type Hold, type HoldCode, type IngestFailure } from "./failures.ts";
import type { Direction, Effect } from "./verdict.ts";

/** Whether a company may allow a user to lift the hold: a new hold does not compile without the decision. */
const IS_OVERRIDABLE: Readonly<Record<HoldCode, boolean>> = {
  homologation: false,
  no_protocol: true,
  not_authorised: false,
  protocol_mismatch: false,
  key_mismatch: false,
  cancelled: false,
  refused_by_recipient: true,
  not_delivered: true,
  goods_lost: true,
  not_ours: true,
  no_goods: true,
  awaits_original: false,
  original_reversed: true,
  unknown_operation: true,
  mapping: true,
  rounds_to_zero: false,
  signature_invalid: true,
  retail: true,
};

/** Holds that no company may allow to lift: the note is not valid, or of another environment. */
export const NEVER_OVERRIDABLE: readonly HoldCode[] = HOLD_CODES.filter(
  (code) => !IS_OVERRIDABLE[code],
);

/** The verdict as it is stored. */
export interface StoredVerdict {
  readonly holds: readonly Hold[];
  readonly direction: Direction;
  readonly items: readonly {
    /** Order in the XML: identifies the item. */
    readonly position: Position;
    /** nItem of the document; it may repeat. */
    readonly nItem: NItem;
    readonly effect: Effect;
  }[];
}

/** The corrections of a user: holds to lift, and effects by position. The items are known to exist. */
export interface Corrections {
  readonly override: readonly HoldCode[];
  readonly effects: ReadonlyMap<Position, Exclude<Effect, "ask">>;
}

/** The items whose effect a user must give. */
export interface MissingEffects {
  readonly code: "missing_effects";
  readonly items: readonly NItem[];
}

/**
 * Applies corrections to a stored verdict. Gives the effect of every item by position, and the remaining holds;
 * a code in `override` that this note does not have is ignored when the company allows it.
 * Fails with `nfe.override_denied` (holds that may not be lifted, whether the note has them or not), or with
 * `missing_effects`: items whose effect is required and missing. It is required
 * for each item that asks when `unknown_operation` is lifted, and for every item when `not_ours` is, because no rule knows it.
 */
export function applyCorrections(
  stored: StoredVerdict,
  company: Settings,
  corrections: Corrections,
): Result<
  { effects: ReadonlyMap<Position, Effect>; holdsLeft: readonly Hold[] },
  Extract<IngestFailure, { code: "nfe.override_denied" }> | MissingEffects
> {
  const denied = corrections.override.filter(
    (code) => NEVER_OVERRIDABLE.includes(code) || !company.overridableHolds.includes(code),
  );
  if (denied.length > 0) return err({ code: "nfe.override_denied", holds: [...new Set(denied)] });

  const lifted = new Set<HoldCode>(
    stored.holds.flatMap(({ code }) => (corrections.override.includes(code) ? [code] : [])),
  );
  const items = missingEffects(stored, corrections, lifted);
  if (items.length > 0) return err({ code: "missing_effects", items });

  return ok({
    effects: new Map(
      stored.items.map((item) => [
        item.position,
        corrections.effects.get(item.position) ?? item.effect,
      ]),
    ),
    holdsLeft: stored.holds.filter((hold) => !lifted.has(hold.code)),
  });
}

function missingEffects(
  { items }: StoredVerdict,
  { effects }: Corrections,
  lifted: ReadonlySet<HoldCode>,
): NItem[] {
  const must = (effect: Effect) =>
    lifted.has("not_ours") || (lifted.has("unknown_operation") && effect === "ask");
  return items
    .filter((item) => must(item.effect) && !effects.has(item.position))
    .map(({ nItem }) => nItem);
}
