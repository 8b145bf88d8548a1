import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { unitValue } from "../../lib/decimal.ts";
import { type Level, listLevels } from "../../stock/levels.ts";
import { cached, NOT_MODIFIED } from "../cache/cached.ts";
import type { Env } from "../env.ts";
import { requires } from "../middleware/permissions.ts";
import { exactNumber, instant, money, moneyOrNull, quantity, quantityOrNull } from "../numbers.ts";
import {
  Flag,
  offsetOf,
  PageQuery,
  paged,
  pageOf,
  responses,
  text,
  wholeNumber,
} from "../schemas.ts";

const LevelQuery = PageQuery.extend({
  search: text(120).optional().openapi({
    description: "Palavras do nome, do código ou do código de barras, com ou sem acentos",
  }),
  category_id: wholeNumber(1).optional(),
});

/** Fields of S.G.E. row 10. */
const ProductSchema = z
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

/** Fields of S.G.E. row 12; a category without a name is `Sem Categoria`, as there. */
const StockItemSchema = ProductSchema.omit({ active: true, created_at: true, updated_at: true })
  .extend({
    quantity: z.number(),
    category_name: z.string(),
    last_cost_total: z.number().nullable(),
  })
  .openapi("StockItem");

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

/** The last cost by unit, computed from the entry's total and quantity; 0 where none is known, as S.G.E. shows it. */
function costPrice({ lastCost_e2, lastCostQuantity_e4 }: Level): number {
  if (lastCost_e2 === null || lastCostQuantity_e4 === null) return 0;
  return exactNumber(unitValue(lastCost_e2, lastCostQuantity_e4) ?? "0");
}

const productsRoute = createRoute({
  method: "get",
  path: "/api/products",
  operationId: "listProducts",
  tags: ["stock"],
  summary: "Lista os produtos ativos, por nome",
  ...requires("read"),
  request: { query: LevelQuery },
  responses: {
    ...responses(200, pageOf(ProductSchema), "Uma página de produtos"),
    ...NOT_MODIFIED,
  },
});

export const getProducts = defineOpenAPIRoute<typeof productsRoute, Env>({
  route: productsRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    return cached(c, { tags: ["products"], vary: query }, async (signal) => {
      const { levels, total } = await listLevels(
        c.var.ports,
        c.var.actor.company,
        { search: query.search, categoryId: query.category_id },
        offsetOf(query),
        signal,
      );
      const data = levels.map((level) => ({
        ...commonView(level),
        active: level.active,
        created_at: instant(level.createdAt),
        updated_at: instant(level.updatedAt),
      }));
      return paged(data, query, total);
    });
  },
});

const stockRoute = createRoute({
  method: "get",
  path: "/api/stock",
  operationId: "listStock",
  tags: ["stock"],
  summary: "Lista o saldo de cada produto, por nome",
  ...requires("read"),
  request: { query: LevelQuery.extend({ low: Flag.optional() }) },
  responses: {
    ...responses(200, pageOf(StockItemSchema), "Uma página do estoque"),
    ...NOT_MODIFIED,
  },
});

export const getStock = defineOpenAPIRoute<typeof stockRoute, Env>({
  route: stockRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    return cached(c, { tags: ["stock", "products"], vary: query }, async (signal) => {
      const { levels, total } = await listLevels(
        c.var.ports,
        c.var.actor.company,
        { search: query.search, categoryId: query.category_id, low: query.low },
        offsetOf(query),
        signal,
      );
      const data = levels.map((level) => ({
        ...commonView(level),
        quantity: quantity(level.quantity_e4),
        category_name: "Sem Categoria",
        last_cost_total: moneyOrNull(level.lastCost_e2),
      }));
      return paged(data, query, total);
    });
  },
});

export const stockRoutes = [getProducts, getStock] as const;
