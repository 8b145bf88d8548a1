import { z } from "@hono/zod-openapi";
import type { MappingEffect } from "../../ingest/supplier-items/mapping-effect.ts";
import { unitValue } from "../../lib/decimal.ts";
import { exactNumber } from "../../lib/exact-number.ts";
import { factorView } from "../factor.ts";
import { money, quantity } from "../numbers.ts";

const Stock = z.object({ stock_quantity: z.number(), unit_cost: z.number().nullable() });

/** What a mapping changes. */
export const MappingEffectSchema = z.object({
  before: z
    .object({ product_code: z.string(), factor: z.number(), factor_text: z.string() })
    .nullable(),
  product_unit: z.string(),
  example: z
    .object({
      quantity: z.number(),
      unit: z.string(),
      total: z.number(),
      before: Stock,
      after: Stock,
      exact: z.boolean(),
    })
    .nullable(),
  waiting_notes: z.array(
    z.object({
      access_key: z.string(),
      holds_before: z.array(z.string()),
      holds_after: z.array(z.string()),
    }),
  ),
});

/** The effect of a mapping on the wire; `unit`: of the supplier, as written; `productUnit`: of the product. */
export function effectView(
  { before, example, notes }: MappingEffect,
  unit: string,
  productUnit: string,
): z.infer<typeof MappingEffectSchema> {
  const stock = (e4: bigint, total_e2: number) => {
    const cost = e4 === 0n ? null : unitValue(total_e2, e4);
    return { stock_quantity: quantity(e4), unit_cost: cost === null ? null : exactNumber(cost) };
  };
  return {
    before: before === null ? null : { product_code: before.product, ...factorView(before.factor) },
    product_unit: productUnit,
    example:
      example === null
        ? null
        : {
            quantity: quantity(example.quantity_e4),
            unit,
            total: money(example.total_e2),
            before: stock(example.before_e4, example.total_e2),
            after: stock(example.after_e4, example.total_e2),
            exact: example.exact,
          },
    waiting_notes: notes.map((note) => ({
      access_key: note.accessKey,
      holds_before: [...note.before],
      holds_after: [...note.after],
    })),
  };
}
