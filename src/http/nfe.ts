import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { receive } from "../ingest/receive.ts";
import { documentOf } from "./body.ts";
import { causeOf, type Env } from "./env.ts";
import { EventReceiptSchema, ReceiptSchema, receiptView } from "./note-view.ts";
import { asks } from "./permissions.ts";
import { answers, Flag } from "./schemas.ts";

const binary: { type: "string"; format: string } = { type: "string", format: "binary" };

/** Both forms are taken by the handler itself, so that the bytes stay as they were sent. */
const document = {
  required: false,
  content: {
    "multipart/form-data": { schema: { type: "object" as const, properties: { file: binary } } },
    "application/xml": { schema: binary },
  },
};

const uploadRoute = createRoute({
  method: "post",
  path: "/api/nfe/upload",
  operationId: "uploadNfe",
  tags: ["nfe"],
  summary: "Registra uma NF-e, ou um evento registrado",
  ...asks("operate"),
  request: { body: document, query: z.object({ approve: Flag.optional() }) },
  responses: answers(200, z.union([ReceiptSchema, EventReceiptSchema]), "O que a nota é para nós"),
});

const EVENT_SAY = {
  cancelled: "Cancelamento registrado; a nota fica retida",
  attached: "Evento anexado à nota",
  held: "Cancelamento de uma nota que já está no estoque; confira e estorne",
  waiting: "Evento guardado; a nota ainda não chegou",
  none: "O evento não foi registrado pela SEFAZ; nada mudou",
} as const;

export const uploadNfe = defineOpenAPIRoute<typeof uploadRoute, Env>({
  route: uploadRoute,
  handler: async (c) => {
    const { ports } = c.var;
    const { approve } = c.req.valid("query");
    const { bytes } = await documentOf(c);
    const received = await receive(ports, bytes, {
      cause: causeOf(c),
      approve: approve ?? null,
      settingsSeen: c.var.settingsVersion,
      signal: c.req.raw.signal,
    });
    if (received.kind === "note") return c.json(receiptView(received.note), 200);
    const { type, accessKey, effect } = received.event;
    return c.json(
      { message: EVENT_SAY[effect], event: { type, access_key: accessKey, effect } },
      200,
    );
  },
});

export const nfeRoutes = [uploadNfe] as const;
