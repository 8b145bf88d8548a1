import { z } from "@hono/zod-openapi";
import { formatCursor } from "../../journal/feed.ts";
import type { Attempt } from "../../webhooks/attempt.ts";
import type { Delivery } from "../../webhooks/deliveries.ts";
import type { Webhook } from "../../webhooks/webhooks.ts";
import { instant, instantOrNull } from "../numbers.ts";

export const WebhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(z.string()).openapi({ description: "Tipos de evento; * são todos" }),
    description: z.string(),
    active: z.boolean(),
    disabled_reason: z.enum(["failing", "gone"]).nullable().openapi({
      description:
        "Por que o serviço o desligou: cinco dias sem uma entrega (failing), ou resposta 410 (gone)",
    }),
    disabled_at: z.iso.datetime().nullable(),
    cursor: z.string().openapi({ description: "Até que evento as primeiras tentativas chegaram" }),
    failing_since: z.iso.datetime().nullable().openapi({
      description: "A primeira falha desde a última entrega",
    }),
    old_secret_until: z.iso.datetime().nullable().openapi({
      description: "Até quando o segredo anterior também assina",
    }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi("Webhook");

export const webhookView = (webhook: Webhook): z.infer<typeof WebhookSchema> => ({
  id: webhook.id,
  url: webhook.url,
  events: [...webhook.events],
  description: webhook.description,
  active: webhook.active,
  disabled_reason: webhook.disabledWhy,
  disabled_at: instantOrNull(webhook.disabledAt),
  cursor: formatCursor(webhook.position),
  failing_since: instantOrNull(webhook.failingSince),
  old_secret_until: instantOrNull(webhook.oldSecretUntil),
  created_at: instant(webhook.createdAt),
  updated_at: instant(webhook.updatedAt),
});

export const AttemptSchema = z
  .object({
    at: z.iso.datetime(),
    status: z.int().nullable().openapi({ description: "Da resposta; null: não houve" }),
    fault: z
      .enum(["url_refused", "name_not_found", "unreachable", "tls", "timeout", "broken_answer"])
      .nullable(),
    duration_ms: z.int(),
  })
  .openapi("WebhookAttempt");

export const attemptView = ({ at, status, fault, ms }: Attempt): z.infer<typeof AttemptSchema> => ({
  at: instant(at),
  status,
  fault,
  duration_ms: ms,
});

export const DeliverySchema = z
  .object({
    event: z.string().openapi({ description: "O id do evento, que é o webhook-id" }),
    type: z.string(),
    state: z.enum(["waiting", "delivered", "given_up"]),
    next_at: z.iso.datetime().nullable().openapi({ description: "Quando será enviado de novo" }),
    attempts: z.array(AttemptSchema).openapi({ description: "As 20 últimas, a mais nova no fim" }),
  })
  .openapi("WebhookDelivery");

export const deliveryView = (delivery: Delivery): z.infer<typeof DeliverySchema> => ({
  event: formatCursor(delivery.event),
  type: delivery.type,
  state: delivery.state,
  next_at: instantOrNull(delivery.nextAt),
  attempts: delivery.log.map(attemptView),
});
