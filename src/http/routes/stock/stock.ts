import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import type { Tag } from "../../../journal/versions.ts";
import { trusted } from "../../../lib/cast.ts";
import { Failed } from "../../../lib/result.ts";
import type { StockFailure } from "../../../stock/failures.ts";
import { productVersion } from "../../../stock/product-version.ts";
import { findLevel, type Level } from "../../../stock/reports/levels.ts";
import { type Moment, stockAt } from "../../../stock/reports/stock-at.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import { endOf } from "../../days.ts";
import type { Env } from "../../env.ts";
import { invalidFields } from "../../invalid-request.ts";
import { requires } from "../../middleware/permissions.ts";
import { DialectSchema } from "../../request/export-filters.ts";
import {
  IdleFlag,
  idleSinceAt,
  LEVEL_FILTERS,
  LowFlag,
  readLevels,
} from "../../request/level-query.ts";
import {
  elementOf,
  LevelPosition,
  listOf,
  listQuery,
  withFields,
} from "../../request/list-page.ts";
import { ProductCode } from "../../request/product-body.ts";
import { DayOrInstant, responses, text } from "../../schemas.ts";
import { CSV_TOO, csvInstead, wantsCsv } from "../../stream/csv-file.ts";
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
    low: LowFlag.optional(),
    idle: IdleFlag.optional(),
    dialect: DialectSchema,
    codes: Codes.optional().openapi({
      type: "string",
      description: `Códigos de produtos, separados por vírgula, até ${MOST_CODES}`,
    }),
    ...MomentQuery.shape,
  })
  .superRefine(({ low, idle, updated_after, at, known_at }, context) => {
    if ((at ?? known_at) === undefined) return;
    const message = "só vale para o estoque de agora";
    if (low === true) context.addIssue({ code: "custom", path: ["low"], message });
    if (idle === true) context.addIssue({ code: "custom", path: ["idle"], message });
    if (updated_after !== undefined)
      context.addIssue({ code: "custom", path: ["updated_after"], message });
  });

const stockRoute = createRoute({
  method: "get",
  path: "/api/stock",
  operationId: "listStock",
  tags: ["stock"],
  summary: "Lista o saldo e o valor de cada produto, por nome",
  ...requires("read"),
  ...CSV_TOO,
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

/** Products that last moved before this instant are idle today. */
async function idleSinceNow(c: Context<Env>): Promise<number> {
  const { ports, actor, versions } = c.var;
  const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
  return idleSinceAt(ports.clock.now(), timeZone);
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

/** The CSV of a past stock has its own columns and its own route. */
const inventoryInstead = (c: Context<Env>): never => {
  const message = "em CSV, o estoque de um dia é o de GET /api/export/inventory";
  return trusted<never>(invalidFields(c, false, [{ path: "/at", code: "custom", message }]));
};

const getStock = defineOpenAPIRoute<typeof stockRoute, Env>({
  route: stockRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    const moment = await momentOf(c, query);
    const idleSince = query.idle === true ? await idleSinceNow(c) : undefined;
    const { search, category_id: categoryId, low, codes, updated_after: updatedAfter } = query;
    const filter = { search, categoryId, low, codes, idleSince, updatedAfter };
    if (wantsCsv(c)) {
      if (moment !== null) return inventoryInstead(c);
      return csvInstead(c, query.dialect, () => ({ type: "stock", filter }));
    }
    const key = {
      tags: ["stock", "products", "categories"] as const,
      vary: { ...query, ...moment, idleSince },
    };
    return cached(c, key, async (signal) => {
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
