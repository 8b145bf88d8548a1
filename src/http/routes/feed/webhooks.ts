import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { FEED_EVENT_TYPES } from "../../../journal/feed-events.ts";
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
  rotateSecret,
} from "../../../webhooks/webhooks.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { jsonBody, PROBLEMS, responses, text } from "../../schemas.ts";
import { WebhookSchema, webhookView } from "../../views/webhook-view.ts";

const EventType = z
  .string()
  .max(60)
  .refine((type) => type === "*" || FEED_EVENT_TYPES.includes(type), {
    error: "não é um tipo de evento desta API, nem *",
  })
  .openapi({ enum: ["*", ...FEED_EVENT_TYPES] });

const MEMBERS = {
  url: text(2_000).trim().min(1).openapi({ example: "https://erp.exemplo.com.br/sge" }),
  events: z
    .array(EventType)
    .min(1)
    .max(100)
    .transform((types) => [...new Set(types)]),
  description: text(200).trim(),
};
const WebhookOrder = z
  .strictObject({ ...MEMBERS, description: MEMBERS.description.default("") })
  .openapi("WebhookOrder");
const WebhookChange = z
  .strictObject({ ...MEMBERS, active: z.boolean() })
  .partial()
  .openapi("WebhookChange");

const FreshWebhook = WebhookSchema.extend({
  secret: z.string().openapi({ example: "whsec_…" }),
}).openapi("FreshWebhook");
/** The id of a webhook in a path. */
const WebhookParam = z.object({ id: z.string().max(64) });

const listRoute = createRoute({
  method: "get",
  path: "/api/webhooks",
  operationId: "listWebhooks",
  tags: ["webhooks"],
  summary: "Lista os webhooks da empresa",
  ...requires("administer"),
  responses: responses(
    200,
    z.object({ data: z.array(WebhookSchema) }),
    "Do mais antigo ao mais novo",
  ),
});

const getWebhooks = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const found = await listWebhooks(ports, actor.company);
    return c.json({ data: found.map(webhookView) }, 200);
  },
});

const createWebhookRoute = createRoute({
  method: "post",
  path: "/api/webhooks",
  operationId: "createWebhook",
  tags: ["webhooks"],
  summary:
    "Cria um webhook, que recebe os eventos a partir de agora; o segredo é mostrado uma única vez",
  ...requires("administer"),
  request: { body: jsonBody(WebhookOrder) },
  responses: responses(201, FreshWebhook, "O webhook e o segredo que assina"),
});

const postWebhook = defineOpenAPIRoute<typeof createWebhookRoute, Env>({
  route: createWebhookRoute,
  handler: async (c) => {
    const { webhook, secret } = await createWebhook(c.var.ports, c.req.valid("json"), causeOf(c));
    c.header("cache-control", "no-store");
    return c.json({ ...webhookView(webhook), secret }, 201);
  },
});

const showRoute = createRoute({
  method: "get",
  path: "/api/webhooks/{id}",
  operationId: "getWebhook",
  tags: ["webhooks"],
  summary: "Mostra um webhook",
  ...requires("administer"),
  request: { params: WebhookParam },
  responses: responses(200, WebhookSchema, "O webhook, sem o segredo"),
});

const getWebhook = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const webhook = await findWebhook(ports, actor.company, c.req.valid("param").id);
    return c.json(webhookView(webhook), 200);
  },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/api/webhooks/{id}",
  operationId: "changeWebhook",
  tags: ["webhooks"],
  summary: "Altera um webhook; active: true o liga de novo, e ele continua de onde parou",
  ...requires("administer"),
  request: { params: WebhookParam, body: jsonBody(WebhookChange) },
  responses: responses(200, WebhookSchema, "O webhook alterado"),
});

const patchWebhook = defineOpenAPIRoute<typeof changeRoute, Env>({
  route: changeRoute,
  handler: async (c) => {
    const { id } = c.req.valid("param");
    const { url, events, description, active } = c.req.valid("json");
    const change = {
      ...(url === undefined ? {} : { url }),
      ...(events === undefined ? {} : { events }),
      ...(description === undefined ? {} : { description }),
      ...(active === undefined ? {} : { active }),
    };
    return c.json(webhookView(await changeWebhook(c.var.ports, id, change, causeOf(c))), 200);
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/webhooks/{id}",
  operationId: "deleteWebhook",
  tags: ["webhooks"],
  summary: "Exclui um webhook e o registro das suas entregas",
  ...requires("administer"),
  request: { params: WebhookParam },
  responses: { 204: { description: "O webhook não existe mais" }, default: PROBLEMS },
});

const removeWebhook = defineOpenAPIRoute<typeof deleteRoute, Env>({
  route: deleteRoute,
  handler: async (c) => {
    await deleteWebhook(c.var.ports, c.req.valid("param").id, causeOf(c));
    return c.body(null, 204);
  },
});

const rotateRoute = createRoute({
  method: "post",
  path: "/api/webhooks/{id}/rotate-secret",
  operationId: "rotateWebhookSecret",
  tags: ["webhooks"],
  summary: "Troca o segredo; por 24 horas o anterior também assina",
  ...requires("administer"),
  request: { params: WebhookParam },
  responses: responses(200, FreshWebhook, "O webhook e o segredo novo, mostrado uma única vez"),
});

const postRotation = defineOpenAPIRoute<typeof rotateRoute, Env>({
  route: rotateRoute,
  handler: async (c) => {
    const { id } = c.req.valid("param");
    const { webhook, secret } = await rotateSecret(c.var.ports, id, causeOf(c));
    c.header("cache-control", "no-store");
    return c.json({ ...webhookView(webhook), secret }, 200);
  },
});

export const webhookRoutes = [
  getWebhooks,
  postWebhook,
  getWebhook,
  patchWebhook,
  removeWebhook,
  postRotation,
] as const;
