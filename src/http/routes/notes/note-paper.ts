import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context, TypedResponse } from "hono";
import { DANFE_VERSION } from "../../../danfe/danfe.ts";
import type { Danfe } from "../../../danfe/model.ts";
import { danfePdf } from "../../../danfe/pdf/danfe-pdf.ts";
import { paperOf, paperSource } from "../../../ingest/note/paper.ts";
import { trusted } from "../../../lib/cast.ts";
import { NOT_MODIFIED } from "../../cache/cached.ts";
import { cachedContent } from "../../cache/cached-content.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { AccessKeyParam, PROBLEMS, responses } from "../../schemas.ts";
import { limitRenderings } from "../../stream/rendering-limit.ts";
import { DanfeSchema, danfeView } from "../../views/danfe-view.ts";

const encoder = new TextEncoder();

/** A form of the paper: its type, how it is shown, and how it is made. */
interface Form {
  readonly type: string;
  readonly file?: string;
  make(danfe: Danfe, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** The paper of a note in a form, made when neither the client nor the cache has it. */
async function answer(c: Context<Env>, accessKey: string, form: Form): Promise<Response> {
  const { ports, actor, signal } = c.var;
  const source = await paperSource(ports, actor.company, accessKey, signal);
  const headers: Record<string, string> = {};
  if (form.file !== undefined)
    headers["content-disposition"] = `inline; filename="${accessKey}.${form.file}"`;
  const key = JSON.stringify([DANFE_VERSION, form.type, source]);
  return cachedContent(c, { key, type: form.type, headers }, (until) =>
    limitRenderings(c, async () => {
      const danfe = await paperOf(ports, actor.company, source);
      until.throwIfAborted();
      return form.make(danfe, until);
    }),
  );
}

const danfeRoute = createRoute({
  method: "get",
  path: "/api/nfes/{access_key}/danfe",
  operationId: "getNfeDanfe",
  tags: ["nfe"],
  summary:
    "Mostra a nota como folha (DANFE): blocos, itens e código de barras, prontos para imprimir",
  ...requires("read"),
  request: { params: AccessKeyParam },
  responses: { ...responses(200, DanfeSchema, "A folha"), ...NOT_MODIFIED },
});

const getDanfe = defineOpenAPIRoute<typeof danfeRoute, Env>({
  route: danfeRoute,
  handler: async (c) => {
    const response = await answer(c, c.req.valid("param").access_key, {
      type: "application/json",
      make: async (danfe) => new Uint8Array(encoder.encode(JSON.stringify(danfeView(danfe)))),
    });
    // The body is the JSON of a view of this schema.
    return trusted<Response & TypedResponse<z.infer<typeof DanfeSchema>, 200, "json">>(response);
  },
});

const pdfRoute = createRoute({
  method: "get",
  path: "/api/nfes/{access_key}/danfe.pdf",
  operationId: "getNfeDanfePdf",
  tags: ["nfe"],
  summary: "Baixa o DANFE em PDF, A4 retrato",
  ...requires("read"),
  request: { params: AccessKeyParam },
  responses: {
    200: { description: "O PDF", content: { "application/pdf": { schema: z.string() } } },
    ...NOT_MODIFIED,
    default: PROBLEMS,
  },
});

const getDanfePdf = defineOpenAPIRoute<typeof pdfRoute, Env>({
  route: pdfRoute,
  handler: (c) =>
    answer(c, c.req.valid("param").access_key, {
      type: "application/pdf",
      file: "pdf",
      make: danfePdf,
    }),
});

export const notePaperRoutes = [getDanfe, getDanfePdf] as const;
