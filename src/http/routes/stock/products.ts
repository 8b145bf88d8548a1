import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { LEVEL_FILTERS, readLevels } from "../../request/level-query.ts";
import {
  elementOf,
  LevelPosition,
  listOf,
  listQuery,
  withFields,
} from "../../request/list-page.ts";
import { responses } from "../../schemas.ts";
import { ListedProductSchema, listedProductView } from "../../views/product-view.ts";

const Listed = elementOf(ListedProductSchema, "ListedProductFields");
/** `items` is `data` again: the search of S.G.E.'s web client reads that name. */
const ProductPage = listOf(Listed).extend({ items: z.array(Listed) });

const productsRoute = createRoute({
  method: "get",
  path: "/api/products",
  operationId: "listProducts",
  tags: ["stock"],
  summary: "Lista os produtos ativos, por nome",
  ...requires("read"),
  request: { query: listQuery(LevelPosition, ListedProductSchema).extend(LEVEL_FILTERS) },
  responses: {
    ...responses(200, ProductPage, "Uma página de produtos"),
    ...NOT_MODIFIED,
  },
});

const getProducts = defineOpenAPIRoute<typeof productsRoute, Env>({
  route: productsRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    return cached(c, { tags: ["products", "stock", "categories"], vary: query }, async (signal) => {
      const { search, category_id: categoryId, updated_after: updatedAfter } = query;
      // Who copies the products must learn which are inactive now.
      const inactiveToo = updatedAfter !== undefined;
      const filter = { search, categoryId, updatedAfter, inactiveToo };
      const { rows, pagination } = await readLevels(ports, actor.company, filter, query, signal);
      const data = withFields(rows.map(listedProductView), query.fields);
      return { data, pagination, items: data };
    });
  },
});

export const productRoutes = [getProducts] as const;
