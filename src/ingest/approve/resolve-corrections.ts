import type { NItem, Position } from "../../lib/item-number.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import type { FieldError } from "../../nfe/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import { type Factor, factorText } from "../../stock/factor.ts";
import { unitKey } from "../../stock/unit.ts";
import type { StockItem } from "../note/lines.ts";
import type { HoldCode, IngestFailure } from "../verdict/failures.ts";

/** What a person says about one item of a note. */
export interface ItemCorrection {
  readonly nItem: NItem;
  /** Code of a product that exists; null: not said. */
  readonly product: string | null;
  /** Null: not said. */
  readonly factor: Factor | null;
  readonly effect: "entry" | "exit" | "none" | null;
}

export interface RequestedCorrections {
  readonly override: readonly HoldCode[];
  readonly items: readonly ItemCorrection[];
}

export const NO_CORRECTIONS: RequestedCorrections = { override: [], items: [] };

/** What a correction must know of an item. */
type Named = Pick<StockItem, "position" | "nItem" | "code" | "unit">;

/**
 * The corrections by position, once every item named is one of the note's, named once, and every product exists in the
 * company. Where a note repeats a number, the correction is for every item that bears it; product and factor belong to the
 * supplier's code and unit, so they are for every item of these, and two that contradict each other are refused.
 */
export async function resolveCorrections(
  ports: Pick<Ports, "reader">,
  company: number,
  items: readonly Named[],
  corrections: RequestedCorrections,
  signal?: AbortSignal,
): Promise<Result<ReadonlyMap<Position, ItemCorrection>, IngestFailure>> {
  if (corrections.items.length === 0) return ok(new Map());
  const numbers = new Set(items.map((item) => item.nItem));
  const products = await existingProducts(ports, company, corrections.items, signal);
  const seen = new Set<NItem>();
  const errors: FieldError[] = [];
  corrections.items.forEach((correction, i) => {
    if (!numbers.has(correction.nItem))
      errors.push({
        path: `/items/${i}/n_item`,
        code: "unknown_item",
        message: `A nota não tem o item ${correction.nItem}`,
        got: String(correction.nItem),
      });
    if (seen.has(correction.nItem))
      errors.push({
        path: `/items/${i}/n_item`,
        code: "duplicate",
        message: `O item ${correction.nItem} aparece mais de uma vez`,
        got: String(correction.nItem),
      });
    seen.add(correction.nItem);
    if (correction.product !== null && !products.has(correction.product))
      errors.push({
        path: `/items/${i}/product_code`,
        code: "unknown_product",
        message: "O produto não existe",
        got: correction.product,
      });
  });
  errors.push(...contradictions(items, corrections));
  if (errors.length > 0) return err({ code: "nfe.correction", errors });
  const byNumber = new Map(corrections.items.map((correction) => [correction.nItem, correction]));
  const alike = Map.groupBy(items, supplierItem);
  const byPosition = new Map<Position, ItemCorrection>();
  for (const item of items) {
    const own = byNumber.get(item.nItem);
    const group = (alike.get(supplierItem(item)) ?? []).flatMap(
      ({ nItem }) => byNumber.get(nItem) ?? [],
    );
    const product = group.find((said) => said.product !== null)?.product ?? null;
    const factor = group.find((said) => said.factor !== null)?.factor ?? null;
    if (own === undefined && product === null && factor === null) continue;
    byPosition.set(item.position, {
      nItem: item.nItem,
      product,
      factor,
      effect: own?.effect ?? null,
    });
  }
  return ok(byPosition);
}

const supplierItem = ({ code, unit }: Named): string => `${code}\u0000${unitKey(unit)}`;

/** Items of one code and unit are one thing to the supplier: it cannot be two products, nor hold two quantities. */
function contradictions(items: readonly Named[], corrections: RequestedCorrections): FieldError[] {
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
      const said = first.get(key) ?? value;
      first.set(key, said);
      if (said !== value)
        errors.push({
          path: `/items/${i}/${field}`,
          code: "contradiction",
          message: `Outro item com o mesmo código e a mesma unidade traz ${said}`,
          expected: said,
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
