import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { unitValue } from "../../../lib/decimal.ts";
import { exactNumber } from "../../../lib/exact-number.ts";
import { Failed } from "../../../lib/result.ts";
import type { StockFailure } from "../../../stock/failures.ts";
import { type KardexLine, kardexPage } from "../../../stock/reports/kardex.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, money, quantity } from "../../numbers.ts";
import { codeText, cursorOr, pageRows, responses, wholeNumber } from "../../schemas.ts";

/** Quantities and values are signed: what enters is positive. */
export const KardexLineSchema = z
  .object({
    id: z.int(),
    type: z.enum(["ENTRADA", "SAIDA", "VALOR"]),
    happened_at: z.string(),
    created_at: z.string(),
    quantity: z.number(),
    value: z.number(),
    value_passed_on: z.number(),
    balance: z.number(),
    stock_value: z.number(),
    average_cost: z.number().nullable(),
    origin: z.string(),
    reference: z.string().nullable(),
    batch_number: z.string().nullable(),
    notes: z.string().nullable(),
    undoes: z.int().nullable(),
    user_name: z.string().nullable(),
  })
  .openapi("KardexLine");

const KardexSchema = z
  .object({
    product_code: z.string(),
    data: z.array(KardexLineSchema),
    pagination: z.object({ limit: z.int(), next_cursor: z.string().nullable() }),
  })
  .openapi("Kardex");

const lineView = (line: KardexLine): z.infer<typeof KardexLineSchema> => {
  const average = line.after_e4 === 0 ? null : unitValue(line.after_e2, line.after_e4);
  return {
    id: line.id,
    type: line.type,
    happened_at: instant(line.happenedAt),
    created_at: instant(line.createdAt),
    quantity: quantity(line.quantity_e4),
    value: money(line.value_e2),
    value_passed_on: money(line.passed_e2),
    balance: quantity(line.after_e4),
    stock_value: money(line.after_e2),
    average_cost: average === null ? null : exactNumber(average),
    origin: line.origin,
    reference: line.reference,
    batch_number: line.lot,
    notes: line.notes,
    undoes: line.undoes,
    user_name: line.userName,
  };
};

const kardexRoute = createRoute({
  method: "get",
  path: "/api/products/{code}/kardex",
  operationId: "productKardex",
  tags: ["stock"],
  summary:
    "Ficha do produto: cada movimento com saldo, valor e custo médio, do mais novo ao mais antigo",
  ...requires("read"),
  request: {
    params: z.object({ code: codeText(120).min(1) }),
    query: z.object({
      cursor: cursorOr(wholeNumber(1)),
      limit: pageRows(50, 100),
    }),
  },
  responses: responses(200, KardexSchema, "Uma página da ficha"),
});

const getKardex = defineOpenAPIRoute<typeof kardexRoute, Env>({
  route: kardexRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { code } = c.req.valid("param");
    const { cursor, limit } = c.req.valid("query");
    const lines = await kardexPage(ports, actor.company, code, { before: cursor, limit }, signal);
    if (lines === null)
      throw new Failed<StockFailure>({ code: "product.not_found", product_code: code });
    const last = lines.at(-1);
    return c.json(
      {
        product_code: code,
        data: lines.map(lineView),
        pagination: {
          limit,
          next_cursor: last === undefined || lines.length < limit ? null : String(last.id),
        },
      },
      200,
    );
  },
});

export const kardexRoutes = [getKardex] as const;
