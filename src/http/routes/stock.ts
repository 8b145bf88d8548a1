import { createRoute, defineOpenAPIRoute } from "@hono/zod-openapi";
import { listLevels } from "../../stock/levels.ts";
import { cached, NOT_MODIFIED } from "../cache/cached.ts";
import type { Env } from "../env.ts";
import { requires } from "../middleware/permissions.ts";
import { LevelQuery } from "../request/level-query.ts";
import { Flag, offsetOf, paged, pageOf, responses } from "../schemas.ts";
import { StockItemSchema, stockItemView } from "../views/product-view.ts";

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

const getStock = defineOpenAPIRoute<typeof stockRoute, Env>({
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
      return paged(levels.map(stockItemView), query, total);
    });
  },
});

export const stockRoutes = [getStock] as const;
