import { createRoute, defineOpenAPIRoute } from "@hono/zod-openapi";
import { settingsOf } from "../../accounts/settings.ts";
import { listLevels } from "../../stock/levels.ts";
import { type Moment, stockAt } from "../../stock/stock-at.ts";
import { cached, NOT_MODIFIED } from "../cache/cached.ts";
import { endOf } from "../days.ts";
import type { Env } from "../env.ts";
import { requires } from "../middleware/permissions.ts";
import { LevelQuery } from "../request/level-query.ts";
import { DayOrInstant, Flag, offsetOf, paged, pageOf, responses, text } from "../schemas.ts";
import { StockItemSchema, stockItemView } from "../views/product-view.ts";

const MOST_CODES = 100;

/** Product codes with commas between them; a code that has a comma itself cannot be named here. */
const Codes = text(MOST_CODES * 121)
  .transform((given) => [...new Set(given.split(",").map((code) => code.trim()))].filter(Boolean))
  .refine((codes) => codes.length <= MOST_CODES, {
    error: `no máximo ${MOST_CODES} códigos`,
  });

const StockQuery = LevelQuery.extend({
  low: Flag.optional(),
  codes: Codes.optional().openapi({
    type: "string",
    description: `Códigos de produtos, separados por vírgula, até ${MOST_CODES}`,
  }),
  at: DayOrInstant.optional().openapi({
    description: "O estoque como estava: até o fim deste dia, ou antes deste instante",
  }),
  known_at: DayOrInstant.optional().openapi({
    description: "O estoque como era conhecido até o fim deste dia, ou antes deste instante",
  }),
}).refine(({ low, at, known_at }) => low !== true || (at ?? known_at) === undefined, {
  path: ["low"],
  message: "só vale para o estoque de agora",
});

const stockRoute = createRoute({
  method: "get",
  path: "/api/stock",
  operationId: "listStock",
  tags: ["stock"],
  summary: "Lista o saldo e o valor de cada produto, por nome",
  ...requires("read"),
  request: { query: StockQuery },
  responses: {
    ...responses(200, pageOf(StockItemSchema), "Uma página do estoque"),
    ...NOT_MODIFIED,
  },
});

const getStock = defineOpenAPIRoute<typeof stockRoute, Env>({
  route: stockRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const query = c.req.valid("query");
    let moment: Moment | null = null;
    if ((query.at ?? query.known_at) !== undefined) {
      const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
      moment = { at: endOf(query.at, timeZone), knownAt: endOf(query.known_at, timeZone) };
    }
    return cached(
      c,
      { tags: ["stock", "products", "categories"], vary: { ...query, ...moment } },
      async (signal) => {
        const { levels, total } = await listLevels(
          ports,
          actor.company,
          {
            search: query.search,
            categoryId: query.category_id,
            low: query.low,
            codes: query.codes,
          },
          offsetOf(query),
          signal,
        );
        if (moment === null)
          return paged(
            levels.map((level) => stockItemView(level)),
            query,
            total,
          );
        const codes = levels.map(({ code }) => code);
        const then = await stockAt(ports, actor.company, codes, moment, signal);
        const before = { quantity_e4: 0n, value_e2: 0n };
        const data = levels.map((level) => stockItemView(level, then.get(level.code) ?? before));
        return paged(data, query, total);
      },
    );
  },
});

export const stockRoutes = [getStock] as const;
