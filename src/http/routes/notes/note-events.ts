import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { withdrawEvent } from "../../../ingest/event/withdraw-event.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { AccessKeyParam, jsonBody, responses, text } from "../../schemas.ts";

const WithdrawAnswer = z
  .object({ message: z.string(), access_key: z.string(), event_id: z.string() })
  .openapi("WithdrawAnswer");

const withdrawRoute = createRoute({
  method: "post",
  path: "/api/nfes/{access_key}/events/{id}/withdraw",
  operationId: "withdrawNfeEvent",
  tags: ["nfe"],
  summary: "Retira um evento da nota e a reavalia; o evento continua visível",
  ...requires("manage"),
  request: {
    params: AccessKeyParam.extend({ id: text(64).min(1) }),
    body: jsonBody(z.strictObject({ reason: text(500).trim().min(3) })),
  },
  responses: responses(200, WithdrawAnswer, "Retirado"),
});

const postWithdraw = defineOpenAPIRoute<typeof withdrawRoute, Env>({
  route: withdrawRoute,
  handler: async (c) => {
    const { access_key, id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    await withdrawEvent(c.var.ports, access_key, id, reason, causeOf(c));
    return c.json({ message: "Evento retirado", access_key, event_id: id }, 200);
  },
});

export const noteEventRoutes = [postWithdraw] as const;
