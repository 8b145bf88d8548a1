import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { addLateCost, planCost, reverseLateCost } from "../../../ingest/reverse/late-costs.ts";
import { happenedAtOf } from "../../days.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  AccessKeyParam,
  DayOrInstant,
  DryRun,
  decimalOf,
  jsonBody,
  responses,
  text,
} from "../../schemas.ts";
import { AddedCostSchema, addedCostView } from "../../views/late-cost-view.ts";

const Reason = text(500).trim().min(3);

const CostBody = z.strictObject({
  amount: decimalOf(2).refine((e2) => e2 !== 0, "não pode ser zero"),
  reason: Reason,
  document: text(100).trim().min(1).optional(),
  happened_at: DayOrInstant.optional(),
  items: z.array(z.int().min(1).max(990)).min(1).max(990).optional(),
});

const costRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/costs",
  operationId: "addNfeCost",
  tags: ["nfe"],
  summary: "Lança um custo posterior (frete, abatimento) nas mercadorias de uma nota processada",
  ...requires("manage"),
  request: {
    params: AccessKeyParam,
    query: z.object({ dry_run: DryRun }),
    body: jsonBody(CostBody),
  },
  responses: responses(200, AddedCostSchema, "O rateio do custo pelos itens"),
});

const postCost = defineOpenAPIRoute<typeof costRoute, Env>({
  route: costRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const { access_key } = c.req.valid("param");
    const body = c.req.valid("json");
    const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
    const request = {
      amount_e2: body.amount,
      reason: body.reason,
      document: body.document ?? null,
      happenedAt: happenedAtOf(body.happened_at, timeZone, ports.clock.now()),
      items: body.items ?? [],
    };
    const options = { cause: causeOf(c), signal: c.var.signal };
    const dryRun = c.req.valid("query").dry_run === true;
    const add = dryRun ? planCost : addLateCost;
    const added = await add(ports, access_key, request, options);
    return c.json(addedCostView(access_key, body.amount, added, dryRun), 200);
  },
});

const CostReversalSchema = z
  .object({
    message: z.string(),
    access_key: z.string(),
    cost_id: z.string(),
    movements: z.int(),
    already_reversed: z.boolean(),
  })
  .openapi("CostReversal");

const reverseCostRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/costs/{id}/reverse",
  operationId: "reverseNfeCost",
  tags: ["nfe"],
  summary: "Estorna um custo posterior com movimentos contrários",
  ...requires("manage"),
  request: {
    params: AccessKeyParam.extend({ id: z.string().max(100) }),
    body: jsonBody(z.strictObject({ reason: Reason })),
  },
  responses: responses(200, CostReversalSchema, "O estorno"),
});

const postCostReversal = defineOpenAPIRoute<typeof reverseCostRoute, Env>({
  route: reverseCostRoute,
  handler: async (c) => {
    const { access_key, id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const options = { cause: causeOf(c), reason, signal: c.var.signal };
    const made = await reverseLateCost(c.var.ports, access_key, id, options);
    return c.json(
      {
        message: made.alreadyReversed ? "O custo já estava estornado" : "Custo estornado",
        access_key,
        cost_id: id,
        movements: made.movements,
        already_reversed: made.alreadyReversed,
      },
      200,
    );
  },
});

export const lateCostRoutes = [postCost, postCostReversal] as const;
