import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import {
  alertMailsOf,
  MAX_RECIPIENTS,
  NO_ALERT_MAILS,
  saveAlertMails,
} from "../../../alerts/settings.ts";
import { tryAlertMail } from "../../../alerts/try-mail.ts";
import { ALERT_TYPES } from "../../../journal/feed-events.ts";
import { MAIL_FAULTS } from "../../../ports/mailer.ts";
import type { Ports } from "../../../ports/ports.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant } from "../../numbers.ts";
import { jsonBody, responses, text } from "../../schemas.ts";

const Fault = z.enum(MAIL_FAULTS).nullable();

export const AlertConfigSchema = z
  .object({
    recipients: z.array(z.string()),
    events: z.array(z.enum(ALERT_TYPES)),
    sends_mail: z
      .boolean()
      .openapi({ description: "Se este servidor envia e-mails (SMTP_URL); não na borda" }),
    sent_at: z.iso.datetime().nullable().openapi({ description: "O último e-mail" }),
    fault: Fault.openapi({ description: "O que deu errado com o último; null: nada" }),
    failing_since: z.iso.datetime().nullable(),
  })
  .openapi("AlertConfig");

const Address = text(254)
  .trim()
  .toLowerCase()
  .pipe(z.email({ error: "não é um endereço de e-mail" }));

const unique = <T>(values: T[]): T[] => [...new Set(values)];

const AlertConfigOrder = z
  .strictObject({
    recipients: z.array(Address).max(MAX_RECIPIENTS).transform(unique).openapi({
      description: "Vazio: ninguém recebe",
    }),
    events: z
      .array(z.enum(ALERT_TYPES))
      .min(1)
      .max(ALERT_TYPES.length)
      .transform(unique)
      .default([...ALERT_TYPES])
      .openapi({ description: "Ausente: todos" }),
  })
  .openapi("AlertConfigOrder");

/** The settings as they stand; a company that has saved none shows what then holds. */
async function shown(ports: Pick<Ports, "read" | "mailer">, company: number) {
  const saved = await alertMailsOf(ports, company);
  const { recipients, types } = saved ?? NO_ALERT_MAILS;
  const at = (ms: number | null | undefined) => (ms == null ? null : instant(ms));
  return {
    recipients: [...recipients],
    events: [...types],
    sends_mail: ports.mailer !== undefined,
    sent_at: at(saved?.sentAt),
    fault: saved?.fault ?? null,
    failing_since: at(saved?.failingSince),
  };
}

const showRoute = createRoute({
  method: "get",
  path: "/api/config/alerts",
  operationId: "getAlertConfig",
  tags: ["e-mail"],
  summary: "Mostra quem recebe os avisos por e-mail, e quais",
  ...requires("administer"),
  responses: responses(200, AlertConfigSchema, "A configuração"),
});

const getAlertConfig = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    c.header("cache-control", "no-store");
    return c.json(await shown(c.var.ports, c.var.actor.company), 200);
  },
});

const saveRoute = createRoute({
  method: "put",
  path: "/api/config/alerts",
  operationId: "putAlertConfig",
  tags: ["e-mail"],
  summary: "Salva quem recebe os avisos por e-mail, e quais",
  ...requires("administer"),
  request: { body: jsonBody(AlertConfigOrder) },
  responses: responses(200, AlertConfigSchema, "A configuração"),
});

const putAlertConfig = defineOpenAPIRoute<typeof saveRoute, Env>({
  route: saveRoute,
  handler: async (c) => {
    const { recipients, events } = c.req.valid("json");
    await saveAlertMails(c.var.ports, { recipients, types: events }, causeOf(c));
    return c.json(await shown(c.var.ports, c.var.actor.company), 200);
  },
});

const testRoute = createRoute({
  method: "post",
  path: "/api/config/alerts/test",
  operationId: "testAlertConfig",
  tags: ["e-mail"],
  summary: "Envia agora um e-mail de teste a quem recebe os avisos",
  ...requires("administer"),
  responses: responses(
    200,
    z.object({ sent: z.boolean(), fault: Fault }),
    "sent: o servidor de e-mail o aceitou",
  ),
});

const postAlertTest = defineOpenAPIRoute<typeof testRoute, Env>({
  route: testRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const fault = await tryAlertMail(ports, actor.company, signal);
    return c.json({ sent: fault === null, fault }, 200);
  },
});

export const alertMailRoutes = [getAlertConfig, putAlertConfig, postAlertTest] as const;
