import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { formatCursor } from "../../../journal/feed.ts";
import { listDeliveries, ping, replayAfter, replayEvent } from "../../../webhooks/deliveries.ts";
import { findWebhook } from "../../../webhooks/webhooks.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { FeedCursor } from "../../request/feed-cursor.ts";
import { cursorOr, PROBLEMS, pageRows, responses } from "../../schemas.ts";
import {
  AttemptSchema,
  attemptView,
  DeliverySchema,
  deliveryView,
} from "../../views/webhook-view.ts";

const MAX_PAGE = 100;
const WebhookParam = z.object({ id: z.string().max(64) });
/** Where a person sees what becomes of it. */
const logOf = (id: string) => ({ location: `/api/webhooks/${id}/deliveries` });

const ACCEPTED = { 202: { description: "O envio foi programado" }, default: PROBLEMS };

const pingRoute = createRoute({
  method: "post",
  path: "/api/webhooks/{id}/ping",
  operationId: "pingWebhook",
  tags: ["webhooks"],
  summary: "Envia agora o evento webhook.ping, assinado, e mostra o que o destino respondeu",
  ...requires("administer"),
  request: { params: WebhookParam },
  responses: responses(200, AttemptSchema, "A tentativa, também quando falhou"),
});

const postPing = defineOpenAPIRoute<typeof pingRoute, Env>({
  route: pingRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const { id } = c.req.valid("param");
    return c.json(attemptView(await ping(ports, actor.company, id, signal)), 200);
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/api/webhooks/{id}/deliveries",
  operationId: "listWebhookDeliveries",
  tags: ["webhooks"],
  summary: "Lista as entregas de um webhook, do evento mais novo ao mais antigo",
  ...requires("administer"),
  request: {
    params: WebhookParam,
    query: z.object({
      cursor: cursorOr(FeedCursor),
      state: z.enum(["waiting", "delivered", "given_up"]).optional(),
      limit: pageRows(50, MAX_PAGE),
    }),
  },
  responses: responses(
    200,
    z.object({ data: z.array(DeliverySchema), next_cursor: z.string().nullable() }),
    "Entregas; next_cursor é o cursor da próxima página, null na última",
  ),
});

const getDeliveries = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { id } = c.req.valid("param");
    const { cursor = null, state = null, limit } = c.req.valid("query");
    await findWebhook(ports, actor.company, id);
    const page = { before: cursor, state, limit: limit + 1 };
    const found = await listDeliveries(ports, actor.company, id, page);
    const data = found.slice(0, limit);
    const last = found.length > limit ? data.at(-1) : undefined;
    const next_cursor = last === undefined ? null : formatCursor(last.event);
    return c.json({ data: data.map(deliveryView), next_cursor }, 200);
  },
});

const replayEventRoute = createRoute({
  method: "post",
  path: "/api/webhooks/{id}/deliveries/{event}/replay",
  operationId: "replayWebhookEvent",
  tags: ["webhooks"],
  summary: "Envia de novo um evento, entregue ou não",
  ...requires("administer"),
  request: { params: WebhookParam.extend({ event: FeedCursor }) },
  responses: ACCEPTED,
});

const postEventReplay = defineOpenAPIRoute<typeof replayEventRoute, Env>({
  route: replayEventRoute,
  handler: async (c) => {
    const { id, event } = c.req.valid("param");
    await replayEvent(c.var.ports, id, event, causeOf(c));
    return c.body(null, 202, logOf(id));
  },
});

const replayRoute = createRoute({
  method: "post",
  path: "/api/webhooks/{id}/replay",
  operationId: "replayWebhook",
  tags: ["webhooks"],
  summary: "Envia de novo, em ordem, todos os eventos depois de um cursor",
  ...requires("administer"),
  request: { params: WebhookParam, query: z.object({ after: FeedCursor }) },
  responses: ACCEPTED,
});

const postReplay = defineOpenAPIRoute<typeof replayRoute, Env>({
  route: replayRoute,
  handler: async (c) => {
    const { id } = c.req.valid("param");
    await replayAfter(c.var.ports, id, c.req.valid("query").after, causeOf(c));
    return c.body(null, 202, logOf(id));
  },
});

export const webhookDeliveryRoutes = [
  postPing,
  getDeliveries,
  postEventReplay,
  postReplay,
] as const;
