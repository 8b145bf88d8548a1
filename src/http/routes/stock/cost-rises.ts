import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Ports } from "../../../ports/ports.ts";
import { risenCosts } from "../../../reports/risen-costs.ts";
import { productNames } from "../../../stock/catalog/product-names.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant } from "../../numbers.ts";
import { pageRows, responses, wholeNumber } from "../../schemas.ts";

const DAY_MS = 86_400_000;

export const CostRiseSchema = z
  .object({
    at: z.iso.datetime(),
    product_code: z.string(),
    product_name: z.string().openapi({ description: "Nome atual do produto" }),
    movement_id: z.int().openapi({ description: "A entrada" }),
    entry_cost: z.number().openapi({ description: "Custo da entrada por unidade do estoque" }),
    average_cost: z.number().openapi({ description: "Custo médio antes dela" }),
    percent: z.int().openapi({ description: "Quanto subiu, sem a fração" }),
  })
  .openapi("CostRise");

/** The newest risen costs since an instant (ms UTC), each with its product's name of today. */
export async function costRisesSince(
  ports: Pick<Ports, "reader">,
  company: number,
  { since, limit }: { readonly since: number; readonly limit: number },
  signal?: AbortSignal,
): Promise<z.infer<typeof CostRiseSchema>[]> {
  const found = await risenCosts(ports, company, { since, limit }, signal);
  const codes = found.map(({ payload }) => payload.product_code);
  const names = await productNames(ports, company, codes, signal);
  return found.map(({ at, payload }) => ({
    at,
    ...payload,
    product_name: names.get(payload.product_code) ?? payload.product_code,
  }));
}

const costRisesRoute = createRoute({
  method: "get",
  path: "/api/reports/cost-rises",
  operationId: "listCostRises",
  tags: ["reports"],
  summary: "Lista as entradas que custaram mais do que o custo médio, acima do limite da empresa",
  ...requires("read"),
  request: {
    query: z.object({
      days: wholeNumber(1, 366)
        .default(30)
        .openapi({ default: 30, description: "Quantos dias para trás, a partir de agora" }),
      limit: pageRows(50, 100),
    }),
  },
  responses: responses(
    200,
    z.object({ since: z.iso.datetime(), data: z.array(CostRiseSchema) }).openapi("CostRises"),
    "Da mais nova à mais antiga",
  ),
});

const getCostRises = defineOpenAPIRoute<typeof costRisesRoute, Env>({
  route: costRisesRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { days, limit } = c.req.valid("query");
    const since = ports.clock.now() - days * DAY_MS;
    const data = await costRisesSince(ports, actor.company, { since, limit }, signal);
    return c.json({ since: instant(since), data }, 200);
  },
});

export const costRiseRoutes = [getCostRises] as const;
