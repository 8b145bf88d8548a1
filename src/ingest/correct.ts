import { err, ok, type Result } from "../lib/result.ts";
import type { FieldError } from "../nfe/failures.ts";
import type { Ports } from "../ports.ts";
import type { HoldCode, IngestFailure } from "./failures.ts";

/** What a person says about one item of a note. */
export interface ItemCorrection {
  readonly n_item: number;
  /** Code of a product that exists; null: not said. */
  readonly product: string | null;
  /** 1/10⁴; null: not said. */
  readonly factor_e4: number | null;
  readonly effect: "entry" | "exit" | "none" | null;
}

export interface Corrections {
  readonly override: readonly HoldCode[];
  readonly items: readonly ItemCorrection[];
}

export const NO_CORRECTIONS: Corrections = { override: [], items: [] };

/**
 * The corrections by position, once every item named is one of the note's, named once, and every product exists in the
 * company. Where a note repeats a number, the correction is for every item that bears it.
 */
export async function spokenFor(
  ports: Pick<Ports, "reader">,
  company: number,
  items: readonly { position: number; n_item: number }[],
  corrections: Corrections,
  signal?: AbortSignal,
): Promise<Result<ReadonlyMap<number, ItemCorrection>, IngestFailure>> {
  if (corrections.items.length === 0) return ok(new Map());
  const numbers = new Set(items.map((item) => item.n_item));
  const products = await existingProducts(ports, company, corrections.items, signal);
  const seen = new Set<number>();
  const errors: FieldError[] = [];
  corrections.items.forEach((correction, i) => {
    if (!numbers.has(correction.n_item))
      errors.push({
        path: `/items/${i}/n_item`,
        code: "unknown_item",
        message: `A nota não tem o item ${correction.n_item}`,
        got: String(correction.n_item),
      });
    if (seen.has(correction.n_item))
      errors.push({
        path: `/items/${i}/n_item`,
        code: "duplicate",
        message: `O item ${correction.n_item} aparece mais de uma vez`,
        got: String(correction.n_item),
      });
    seen.add(correction.n_item);
    if (correction.product !== null && !products.has(correction.product))
      errors.push({
        path: `/items/${i}/product_code`,
        code: "unknown_product",
        message: "O produto não existe",
        got: correction.product,
      });
  });
  if (errors.length > 0) return err({ code: "nfe.correction", errors });
  const byNumber = new Map(corrections.items.map((correction) => [correction.n_item, correction]));
  const byPosition = new Map<number, ItemCorrection>();
  for (const { position, n_item } of items) {
    const correction = byNumber.get(n_item);
    if (correction !== undefined) byPosition.set(position, correction);
  }
  return ok(byPosition);
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
