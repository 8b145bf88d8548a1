import { z } from "@hono/zod-openapi";
import { exactNumber } from "../../lib/exact-number.ts";
import { costPriceText } from "../../stock/catalog/cost-price.ts";
import type { Level } from "../../stock/reports/levels.ts";
import type { StockAt } from "../../stock/reports/stock-at.ts";
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

/** One product; `version` counts the edits of its own data. */
export const OneProductSchema = ListedProductSchema.extend({
  stock_value: z.number(),
  category_name: z.string(),
  version: z.int(),
}).openapi("OneProduct");

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
    cost_price: exactNumber(costPriceText(level)),
    sale_price: money(level.salePrice_e2),
    min_stock: quantity(level.minStock_e4),
    max_stock: quantityOrNull(level.maxStock_e4),
    location: level.location,
    supplier_id: null,
  };
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

export const oneProductView = (level: Level): z.infer<typeof OneProductSchema> => ({
  ...listedProductView(level),
  stock_value: money(level.value_e2),
  category_name: level.categoryName ?? "Sem Categoria",
  version: level.version,
});

/** A line of the stock; `stock`: what there was at another moment. */
export const stockItemView = (
  level: Level,
  stock: StockAt | Pick<Level, "quantity_e4" | "value_e2"> = level,
): z.infer<typeof StockItemSchema> => ({
  ...commonView(level),
  quantity: quantity(stock.quantity_e4),
  stock_value: money(stock.value_e2),
  category_name: level.categoryName ?? "Sem Categoria",
  last_cost_total: moneyOrNull(level.lastCost_e2),
});
