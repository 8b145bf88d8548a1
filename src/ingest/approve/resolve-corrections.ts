import type { Settings } from "../../accounts/company.ts";
import type { Destination } from "../../accounts/tax-profile.ts";
import type { NItem, Position } from "../../lib/item-number.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { CORRECTION_MESSAGES } from "../../messages/pt-BR/documents/corrections.ts";
import type { FieldError } from "../../nfe/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import { type Factor, factorText } from "../../stock/supplier-items/factor.ts";
import { unitKey } from "../../stock/supplier-items/unit.ts";
import type { StockItem } from "../note/lines.ts";
import type { HoldCode, IngestFailure } from "../verdict/failures.ts";

/** The correction of a user for one item of a note. */
export interface ItemCorrection {
  readonly nItem: NItem;
  /** Code of an existing product; null: not given. */
  readonly product: string | null;
  /** Null: not given. */
  readonly factor: Factor | null;
  readonly effect: "entry" | "exit" | "none" | null;
  /** What the goods are for; null: not given. */
  readonly destination: Destination | null;
}

export interface RequestedCorrections {
  readonly override: readonly HoldCode[];
  readonly items: readonly ItemCorrection[];
}

export const NO_CORRECTIONS: RequestedCorrections = { override: [], items: [] };

/** The fields of an item that corrections refer to. */
type CorrectedItem = Pick<StockItem, "position" | "nItem" | "code" | "unit">;

/**
 * The corrections by position. Fails with `nfe.correction` where an item is not of the note or is named twice, or a product
 * does not exist. A repeated item number means every item that has it; product and factor belong to the supplier's code and
 * unit, so they apply to every item with these, and contradictory ones are refused.
 */
export async function resolveCorrections(
  ports: Pick<Ports, "reader">,
  { company, units }: Pick<Settings, "company" | "units">,
  items: readonly CorrectedItem[],
  corrections: RequestedCorrections,
  signal?: AbortSignal,
): Promise<Result<ReadonlyMap<Position, ItemCorrection>, IngestFailure>> {
  if (corrections.items.length === 0) return ok(new Map());
  const supplierItem = ({ code, unit }: CorrectedItem) => `${code}\u0000${unitKey(unit, units)}`;
  const numbers = new Set(items.map((item) => item.nItem));
  const products = await existingProducts(ports, company, corrections.items, signal);
  const seen = new Set<NItem>();
  const errors: FieldError[] = [];
  corrections.items.forEach((correction, i) => {
    if (!numbers.has(correction.nItem))
      errors.push({
        path: `/items/${i}/n_item`,
        code: "unknown_item",
        message: CORRECTION_MESSAGES.unknownItem(correction.nItem),
        got: String(correction.nItem),
      });
    if (seen.has(correction.nItem))
      errors.push({
        path: `/items/${i}/n_item`,
        code: "duplicate",
        message: CORRECTION_MESSAGES.repeatedItem(correction.nItem),
        got: String(correction.nItem),
      });
    seen.add(correction.nItem);
    if (correction.product !== null && !products.has(correction.product))
      errors.push({
        path: `/items/${i}/product_code`,
        code: "unknown_product",
        message: CORRECTION_MESSAGES.unknownProduct,
        got: correction.product,
      });
  });
  errors.push(...contradictions(items, corrections, supplierItem));
  if (errors.length > 0) return err({ code: "nfe.correction", errors });
  const byNumber = new Map(corrections.items.map((correction) => [correction.nItem, correction]));
  const alike = Map.groupBy(items, supplierItem);
  const byPosition = new Map<Position, ItemCorrection>();
  for (const item of items) {
    const own = byNumber.get(item.nItem);
    const group = (alike.get(supplierItem(item)) ?? []).flatMap(
      ({ nItem }) => byNumber.get(nItem) ?? [],
    );
    const product = group.find((given) => given.product !== null)?.product ?? null;
    const factor = group.find((given) => given.factor !== null)?.factor ?? null;
    if (own === undefined && product === null && factor === null) continue;
    byPosition.set(item.position, {
      nItem: item.nItem,
      product,
      factor,
      effect: own?.effect ?? null,
      destination: own?.destination ?? null,
    });
  }
  return ok(byPosition);
}

/** Items of one code and unit are one supplier item: it cannot have two products or two factors. */
function contradictions(
  items: readonly CorrectedItem[],
  corrections: RequestedCorrections,
  supplierItem: (item: CorrectedItem) => string,
): FieldError[] {
  const errors: FieldError[] = [];
  const first = new Map<string, string>();
  corrections.items.forEach((correction, i) => {
    const item = items.find(({ nItem }) => nItem === correction.nItem);
    if (item === undefined) return;
    for (const [field, value] of [
      ["product_code", correction.product],
      ["factor", correction.factor === null ? null : factorText(correction.factor)],
    ] as const) {
      if (value === null) continue;
      const key = `${field} ${supplierItem(item)}`;
      const given = first.get(key) ?? value;
      first.set(key, given);
      if (given !== value)
        errors.push({
          path: `/items/${i}/${field}`,
          code: "contradiction",
          message: CORRECTION_MESSAGES.contradiction(given),
          expected: given,
          got: value,
        });
    }
  });
  return errors;
}

async function existingProducts(
  ports: Pick<Ports, "reader">,
  company: number,
  items: readonly ItemCorrection[],
  signal?: AbortSignal,
): Promise<Set<string>> {
  const wanted = items.flatMap((item) => (item.product === null ? [] : [item.product]));
  if (wanted.length === 0) return new Set();
  const rows = await ports.reader.rows(
    {
      sql: "select code from products where company = ?1 and code in (select value from json_each(?2))",
      args: [company, JSON.stringify(wanted)],
    },
    signal,
  );
  return new Set(rows.map((row) => String(row.code)));
}
