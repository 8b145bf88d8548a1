import { createRoute, defineOpenAPIRoute } from "@hono/zod-openapi";
import { listLevels } from "../../stock/levels.ts";
import { cached, NOT_MODIFIED } from "../cache/cached.ts";
import type { Env } from "../env.ts";
import { requires } from "../middleware/permissions.ts";
import { LevelQuery } from "../request/level-query.ts";
import { offsetOf, paged, pageOf, responses } from "../schemas.ts";
import { ProductSchema, productView } from "../views/product-view.ts";

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

const getProducts = defineOpenAPIRoute<typeof productsRoute, Env>({
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
      return paged(levels.map(productView), query, total);
    });
  },
});

export const productRoutes = [getProducts] as const;
