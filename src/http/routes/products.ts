import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { listLevels } from "../../stock/levels.ts";
import { cached, NOT_MODIFIED } from "../cache/cached.ts";
import type { Env } from "../env.ts";
import { requires } from "../middleware/permissions.ts";
import { LevelQuery } from "../request/level-query.ts";
import { offsetOf, paged, pageOf, responses } from "../schemas.ts";
import { ListedProductSchema, listedProductView } from "../views/product-view.ts";

/** `items` is `data` again: the search of S.G.E.'s web client reads that name. */
const ProductPage = pageOf(ListedProductSchema).extend({ items: z.array(ListedProductSchema) });

const productsRoute = createRoute({
  method: "get",
  path: "/api/products",
  operationId: "listProducts",
  tags: ["stock"],
  summary: "Lista os produtos ativos, por nome",
  ...requires("read"),
  request: { query: LevelQuery },
  responses: {
    ...responses(200, ProductPage, "Uma página de produtos"),
    ...NOT_MODIFIED,
  },
});

const getProducts = defineOpenAPIRoute<typeof productsRoute, Env>({
  route: productsRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    return cached(c, { tags: ["products", "stock", "categories"], vary: query }, async (signal) => {
      const { levels, total } = await listLevels(
        c.var.ports,
        c.var.actor.company,
        { search: query.search, categoryId: query.category_id },
        offsetOf(query),
        signal,
      );
      const page = paged(levels.map(listedProductView), query, total);
      return { ...page, items: page.data };
    });
  },
});

export const productRoutes = [getProducts] as const;
