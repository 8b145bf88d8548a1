import { z } from "@hono/zod-openapi";
import { unitValue } from "../../lib/decimal.ts";
import { exactNumber } from "../../lib/exact-number.ts";
import type { Level } from "../../stock/levels.ts";
import type { StockAt } from "../../stock/stock-at.ts";
import { instant, money, moneyOrNull, quantity, quantityOrNull } from "../numbers.ts";

/** A product with the fields of S.G.E. */
export const ProductSchema = z
  .object({
    code: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    category_id: z.int().nullable(),
    unit: z.string(),
    barcode: z.string().nullable(),
    ncm: z.string().nullable(),
    cost_price: z.number(),
    sale_price: z.number(),
    min_stock: z.number(),
    max_stock: z.number().nullable(),
    location: z.string().nullable(),
    supplier_id: z.null(),
    active: z.boolean(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi("Product");

/** A product in a list, with how much of it there is. */
export const ListedProductSchema = ProductSchema.extend({ quantity: z.number() }).openapi(
  "ListedProduct",
);

/** A line of the stock with the fields of S.G.E., which shows `Sem Categoria` for a product without a category name. */
export const StockItemSchema = ProductSchema.omit({
  active: true,
  created_at: true,
  updated_at: true,
})
  .extend({
    quantity: z.number(),
    stock_value: z.number(),
    category_name: z.string(),
    last_cost_total: z.number().nullable(),
  })
  .openapi("StockItem");

/** The members that a product and a line of the stock share. */
function commonView(level: Level) {
  return {
    code: level.code,
    name: level.name,
    description: level.description,
    category_id: level.categoryId,
    unit: level.unit,
    barcode: level.barcode,
    ncm: level.ncm,
    cost_price: costPrice(level),
    sale_price: money(level.salePrice_e2),
    min_stock: quantity(level.minStock_e4),
    max_stock: quantityOrNull(level.maxStock_e4),
    location: level.location,
    supplier_id: null,
  };
}

/** The last cost per unit, from the entry's total and quantity; 0 when unknown, as in S.G.E. */
function costPrice({ lastCost_e2, lastCostQuantity_e4 }: Level): number {
  if (lastCost_e2 === null || lastCostQuantity_e4 === null) return 0;
  return exactNumber(unitValue(lastCost_e2, lastCostQuantity_e4) ?? "0");
}

export const productView = (level: Level): z.infer<typeof ProductSchema> => ({
  ...commonView(level),
  active: level.active,
  created_at: instant(level.createdAt),
  updated_at: instant(level.updatedAt),
});

export const listedProductView = (level: Level): z.infer<typeof ListedProductSchema> => ({
  ...productView(level),
  quantity: quantity(level.quantity_e4),
});

/** A line of the stock; `stock`: what there was at another moment. */
export const stockItemView = (
  level: Level,
  stock: StockAt | Pick<Level, "quantity_e4" | "value_e2"> = level,
): z.infer<typeof StockItemSchema> => ({
  ...commonView(level),
  quantity: quantity(stock.quantity_e4),
  stock_value: money(stock.value_e2),
  category_name: "Sem Categoria",
  last_cost_total: moneyOrNull(level.lastCost_e2),
});
