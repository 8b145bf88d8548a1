import { z } from "@hono/zod-openapi";
import { costPriceText, lastCostOf } from "../../stock/catalog/cost-price.ts";
import type { ProductFields } from "../../stock/catalog/products.ts";
import { codeText, decimalOf, text } from "../schemas.ts";

const amount = (places: number) => decimalOf(places).refine((n) => n >= 0, "não pode ser negativo");
const name = text(191).trim().min(1);
const unit = text(20).trim().min(1);
const category = z.int().min(1);

/** A number as its digits: JavaScript writes 0.0000001 as 1e-7. */
const digitsOf = (value: number | string): string =>
  typeof value === "number" && /e-/.test(String(value)) ? value.toFixed(10) : String(value);

const CostPrice = z
  .union([z.number(), z.string().max(40)])
  .transform((value, context) => {
    const digits = digitsOf(value);
    const cost = lastCostOf(digits);
    if (cost.ok) return { digits, cost: cost.value };
    context.addIssue({ code: "custom", message: "não é um custo: use até 10 casas decimais" });
    return z.NEVER;
  })
  .openapi({ type: "number", description: "O último custo por unidade, com até 10 casas" });

const ncm = z.string().regex(/^[0-9]{8}$/, "deve ter 8 dígitos");

/** The code of a product in a path. */
export const ProductCode = z.object({ code: codeText(120).min(1) });

const OPTIONAL = {
  description: text(2_000).nullish(),
  barcode: text(60).trim().nullish(),
  location: text(120).nullish(),
  cost_price: CostPrice.nullish(),
  sale_price: amount(2).nullish(),
  min_stock: amount(4).nullish(),
  max_stock: amount(4).nullish(),
  category_id: category.nullish(),
};

export const NewProductBody = z
  .strictObject({
    code: codeText(120)
      .trim()
      .min(1)
      .refine((code) => code !== "." && code !== "..", "não pode ser . nem .."),
    name,
    unit,
    ...OPTIONAL,
    ncm: ncm.nullish(),
  })
  .openapi("NewProduct");

/** The whole product, as a line of the stock shows it: members that cannot be edited are not looked at. */
export const ProductBody = z
  .object({ name, unit, ...OPTIONAL, active: z.boolean().optional() })
  .openapi("ProductBody");

/** What is given changes; null clears. */
export const ProductPatch = z
  .strictObject({
    name: name.optional(),
    unit: unit.optional(),
    ...OPTIONAL,
    ncm: ncm.nullish(),
    active: z.boolean().optional(),
  })
  .openapi("ProductPatch");

/** The fields of a new product. */
export const newFields = (body: z.infer<typeof NewProductBody>): ProductFields => ({
  name: body.name,
  description: body.description ?? null,
  unit: body.unit,
  barcode: body.barcode ?? null,
  ncm: body.ncm ?? null,
  salePrice_e2: body.sale_price ?? 0,
  minStock_e4: body.min_stock ?? 0,
  maxStock_e4: body.max_stock ?? null,
  location: body.location ?? null,
  categoryId: body.category_id ?? null,
  active: true,
  ...(body.cost_price?.cost ?? { lastCost_e2: null, lastCostQuantity_e4: null }),
});

/**
 * The fields that a whole product makes of a product. A number that is absent is none; an absent cost stays, because it comes
 * from the entries, and so do the NCM and whether it is active.
 */
export const replacedFields =
  (body: z.infer<typeof ProductBody>) =>
  (before: ProductFields): ProductFields => ({
    ...fieldsOf(before),
    name: body.name,
    description: body.description ?? null,
    unit: body.unit,
    barcode: body.barcode ?? null,
    salePrice_e2: body.sale_price ?? 0,
    minStock_e4: body.min_stock ?? 0,
    maxStock_e4: body.max_stock ?? null,
    location: body.location ?? null,
    categoryId: body.category_id ?? null,
    active: body.active ?? before.active,
    ...costOf(body.cost_price ?? undefined, before),
  });

/** The fields that a patch makes of a product. */
export const patchedFields =
  (body: z.infer<typeof ProductPatch>) =>
  (before: ProductFields): ProductFields => ({
    name: body.name ?? before.name,
    description: given(body.description, before.description),
    unit: body.unit ?? before.unit,
    barcode: given(body.barcode, before.barcode),
    ncm: given(body.ncm, before.ncm),
    salePrice_e2: given(body.sale_price, before.salePrice_e2) ?? 0,
    minStock_e4: given(body.min_stock, before.minStock_e4) ?? 0,
    maxStock_e4: given(body.max_stock, before.maxStock_e4),
    location: given(body.location, before.location),
    categoryId: given(body.category_id, before.categoryId),
    active: body.active ?? before.active,
    ...costOf(body.cost_price, before),
  });

const given = <T>(value: T | null | undefined, before: T | null): T | null =>
  value === undefined ? before : value;

type GivenCost = z.infer<typeof CostPrice> | null | undefined;

/** The last cost as it is where the price is the one that is shown; null: not known. */
function costOf(
  price: GivenCost,
  before: ProductFields,
): Pick<ProductFields, "lastCost_e2" | "lastCostQuantity_e4"> {
  if (price === null) return { lastCost_e2: null, lastCostQuantity_e4: null };
  const same = price === undefined || Number(price.digits) === Number(costPriceText(before));
  if (!same) return price.cost;
  return { lastCost_e2: before.lastCost_e2, lastCostQuantity_e4: before.lastCostQuantity_e4 };
}

const fieldsOf = ({ ncm: code, active }: ProductFields) => ({ ncm: code, active });

/**
 * The version that an `If-Match` header names (`"3-…"`, as the ETag of a product, or `"3"`); null: none is asked for, or any
 * will do (`*`). A text that is no ETag of a product names version 0, which none has.
 */
export function versionOf(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === "*") return null;
  return Number(/^\s*(?:W\/)?"([1-9][0-9]{0,14})[-"]/.exec(ifMatch)?.[1] ?? 0);
}
