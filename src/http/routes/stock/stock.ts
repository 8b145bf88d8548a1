import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import type { Tag } from "../../../journal/versions.ts";
import { Failed } from "../../../lib/result.ts";
import type { StockFailure } from "../../../stock/failures.ts";
import { productVersion } from "../../../stock/product-version.ts";
import { findLevel, type Level } from "../../../stock/reports/levels.ts";
import { type Moment, stockAt } from "../../../stock/reports/stock-at.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import { endOf } from "../../days.ts";
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
import { ProductCode } from "../../request/product-body.ts";
import { DayOrInstant, Flag, responses, text } from "../../schemas.ts";
import { StockItemSchema, stockItemView } from "../../views/product-view.ts";

const MOST_CODES = 100;

/** Product codes with commas between them; a code that has a comma itself cannot be named here. */
const Codes = text(MOST_CODES * 121)
  .transform((given) => [...new Set(given.split(",").map((code) => code.trim()))].filter(Boolean))
  .refine((codes) => codes.length <= MOST_CODES, {
    error: `no máximo ${MOST_CODES} códigos`,
  });

const MomentQuery = z.object({
  at: DayOrInstant.optional().openapi({
    description: "O estoque como estava: até o fim deste dia, ou antes deste instante",
  }),
  known_at: DayOrInstant.optional().openapi({
    description: "O estoque como era conhecido até o fim deste dia, ou antes deste instante",
  }),
});

const StockQuery = listQuery(LevelPosition, StockItemSchema)
  .extend({
    ...LEVEL_FILTERS,
    low: Flag.optional(),
    codes: Codes.optional().openapi({
      type: "string",
      description: `Códigos de produtos, separados por vírgula, até ${MOST_CODES}`,
    }),
    ...MomentQuery.shape,
  })
  .refine(({ low, at, known_at }) => low !== true || (at ?? known_at) === undefined, {
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
    ...responses(
      200,
      listOf(elementOf(StockItemSchema, "StockItemFields")),
      "Uma página do estoque",
    ),
    ...NOT_MODIFIED,
  },
});

/** The moment that a query names; null: now. */
async function momentOf(
  c: Context<Env>,
  { at, known_at }: z.infer<typeof MomentQuery>,
): Promise<Moment | null> {
  if ((at ?? known_at) === undefined) return null;
  const { ports, actor, versions } = c.var;
  const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
  return { at: endOf(at, timeZone), knownAt: endOf(known_at, timeZone) };
}

/** Lines of the stock, as it is or as it was at a moment. */
async function linesOf(
  c: Context<Env>,
  levels: readonly Level[],
  moment: Moment | null,
  signal: AbortSignal,
) {
  if (moment === null) return levels.map((level) => stockItemView(level));
  const codes = levels.map(({ code }) => code);
  const then = await stockAt(c.var.ports, c.var.actor.company, codes, moment, signal);
  const before = { quantity_e4: 0n, value_e2: 0n };
  return levels.map((level) => stockItemView(level, then.get(level.code) ?? before));
}

const getStock = defineOpenAPIRoute<typeof stockRoute, Env>({
  route: stockRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    const moment = await momentOf(c, query);
    const key = {
      tags: ["stock", "products", "categories"] as const,
      vary: { ...query, ...moment },
    };
    return cached(c, key, async (signal) => {
      const { search, category_id: categoryId, low, codes } = query;
      const filter = { search, categoryId, low, codes };
      const { rows, pagination } = await readLevels(ports, actor.company, filter, query, signal);
      const lines = await linesOf(c, rows, moment, signal);
      return { data: withFields(lines, query.fields), pagination };
    });
  },
});

const CATEGORY_TAGS: readonly Tag[] = ["categories"];

const lineRoute = createRoute({
  method: "get",
  path: "/api/stock/{code}",
  operationId: "getStockOfProduct",
  tags: ["stock"],
  summary: "Mostra o saldo e o valor de um produto, também inativo",
  ...requires("read"),
  request: { params: ProductCode, query: MomentQuery },
  responses: { ...responses(200, StockItemSchema, "O estoque do produto"), ...NOT_MODIFIED },
});

const getStockLine = defineOpenAPIRoute<typeof lineRoute, Env>({
  route: lineRoute,
  handler: async (c) => {
    const { ports, actor, signal: given } = c.var;
    const { code } = c.req.valid("param");
    const moment = await momentOf(c, c.req.valid("query"));
    const key = {
      tags: CATEGORY_TAGS,
      versionOfPart: () => productVersion(ports, actor.company, code, given),
      vary: { code, ...moment },
    };
    return cached(c, key, async (signal) => {
      const level = await findLevel(ports, actor.company, code, signal);
      const [line] = level === null ? [] : await linesOf(c, [level], moment, signal);
      if (line === undefined)
        throw new Failed<StockFailure>({ code: "product.not_found", product_code: code });
      return line;
    });
  },
});

export const stockRoutes = [getStock, getStockLine] as const;
