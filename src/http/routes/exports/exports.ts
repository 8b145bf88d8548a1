import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import type { ExportFailure } from "../../../export/failures.ts";
import { cancelExport, type Export, findExport, openFile } from "../../../export/files/exports.ts";
import {
  type BackgroundRequest,
  EXPORT_TYPES,
  requestExport,
} from "../../../export/files/request-export.ts";
import { JOB_STATES } from "../../../journal/jobs.ts";
import { today } from "../../../lib/days.ts";
import { Failed } from "../../../lib/result.ts";
import { byteRangeOf } from "../../byte-range.ts";
import { causeOf, type Env } from "../../env.ts";
import { requirePermission, requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import {
  attachment,
  DialectSchema,
  InventoryFilters,
  inventoryMomentOf,
  LotFilters,
  levelFilterOf,
  lotFilterOf,
  MovementFilters,
  movementFilterOf,
  NfeFilters,
  nfeFilterOf,
  StockFilters,
  SupplierItemFilters,
  supplierItemFilterOf,
} from "../../request/export-filters.ts";
import { jsonBody, PROBLEMS, responses } from "../../schemas.ts";

const ExportRequestSchema = z
  .discriminatedUnion("type", [
    z
      .strictObject({
        type: z.literal("stock"),
        filters: StockFilters.strict().default({}),
        dialect: DialectSchema,
      })
      .openapi("StockExportOrder"),
    z
      .strictObject({
        type: z.literal("movements"),
        filters: MovementFilters.strict().default({}),
        dialect: DialectSchema,
      })
      .openapi("MovementsExportOrder"),
    z
      .strictObject({
        type: z.enum(["nfes", "nfe-items"]),
        filters: NfeFilters.strict().default({}),
        dialect: DialectSchema,
      })
      .openapi("NfesExportOrder"),
    z
      .strictObject({
        type: z.literal("inventory"),
        filters: InventoryFilters.strict(),
        dialect: DialectSchema,
      })
      .openapi("InventoryExportOrder"),
    z
      .strictObject({
        type: z.literal("supplier-items"),
        filters: SupplierItemFilters.strict().default({}),
        dialect: DialectSchema,
      })
      .openapi("SupplierItemsExportOrder"),
    z
      .strictObject({
        type: z.literal("lots"),
        filters: LotFilters.strict().default({}),
        dialect: DialectSchema,
      })
      .openapi("LotsExportOrder"),
  ])
  .openapi("ExportOrder");

async function wishOf(
  c: Context<Env>,
  body: z.infer<typeof ExportRequestSchema>,
  timeZone: string,
): Promise<BackgroundRequest> {
  const { ports, actor, signal } = c.var;
  switch (body.type) {
    case "stock":
      return { type: body.type, filter: levelFilterOf(body.filters) };
    case "movements":
      return { type: body.type, filter: movementFilterOf(body.filters, timeZone) };
    case "supplier-items":
      return { type: body.type, filter: supplierItemFilterOf(body.filters) };
    case "lots": {
      const day = today(ports.clock.now(), timeZone);
      return { type: body.type, filter: lotFilterOf(body.filters, day) };
    }
    case "inventory": {
      const { filters } = body;
      const filter = await inventoryMomentOf(ports, actor.company, filters, timeZone, signal);
      return { type: body.type, filter };
    }
    default:
      return { type: body.type, filter: nfeFilterOf(body.filters, timeZone) };
  }
}

export const ExportSchema = z
  .object({
    id: z.string(),
    type: z.enum(EXPORT_TYPES),
    filters: z.record(z.string(), z.unknown()),
    dialect: z.string(),
    state: z.enum(JOB_STATES),
    progress: z.number().openapi({ description: "De 0 a 1; 1 quando o arquivo está pronto" }),
    rows: z.int().openapi({ description: "Linhas escritas até agora" }),
    estimated_rows: z.int().nullable().openapi({ description: "Linhas que serão examinadas" }),
    bytes: z.int().nullable(),
    file: z.string().nullable().openapi({ description: "Onde baixar, quando estiver pronto" }),
    failure: z.object({ code: z.string() }).nullable(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
    expires_at: z.iso.datetime().nullable(),
    created_by: z.int(),
  })
  .openapi("Export");

const pathOf = (id: string) => `/api/exports/${id}`;

function exportView({ job, params }: Export): z.infer<typeof ExportSchema> {
  const ready = job.state === "done";
  const visited = job.total === null || job.total === 0 ? 0 : job.done / job.total;
  return {
    id: job.id,
    type: params.wish.type,
    filters: params.asked,
    dialect: params.dialect,
    state: job.state,
    // The total is an estimate: only a finished job shows 1.
    progress: ready ? 1 : Math.min(0.99, Math.floor(visited * 100) / 100),
    rows: job.summary?.rows ?? 0,
    estimated_rows: job.total,
    bytes: job.bytes,
    file: ready ? `${pathOf(job.id)}/file` : null,
    failure: job.failure,
    created_at: instant(job.createdAt),
    started_at: instantOrNull(job.startedAt),
    finished_at: instantOrNull(job.finishedAt),
    expires_at: instantOrNull(job.expiresAt),
    created_by: job.createdBy,
  };
}

const postRoute = createRoute({
  method: "post",
  path: "/api/exports",
  operationId: "orderExport",
  tags: ["exports"],
  summary: "Pede um CSV em segundo plano; o arquivo fica por 7 dias",
  ...requires("read"),
  request: { body: jsonBody(ExportRequestSchema) },
  responses: responses(202, ExportSchema, "Na fila; o andamento está em Location"),
});

const postExport = defineOpenAPIRoute<typeof postRoute, Env>({
  route: postRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
    const body = c.req.valid("json");
    const wanted = {
      wish: await wishOf(c, body, timeZone),
      asked: body.filters,
      dialect: body.dialect,
      time_zone: timeZone,
    };
    const id = c.var.resumed?.id ?? (await requestExport(ports, wanted, causeOf(c)));
    const created = await findExport(ports, actor.company, id);
    return c.json(exportView(created), 202, { location: pathOf(id) });
  },
});

const IdParam = z.object({ id: z.string().max(64) });

const exportOf = (c: Context<Env>, id: string): Promise<Export> =>
  findExport(c.var.ports, c.var.actor.company, id, c.var.signal);

const getRoute = createRoute({
  method: "get",
  path: "/api/exports/{id}",
  operationId: "getExport",
  tags: ["exports"],
  summary: "Mostra uma exportação e o andamento dela",
  ...requires("read"),
  request: { params: IdParam },
  responses: responses(200, ExportSchema, "A exportação"),
});

const getExport = defineOpenAPIRoute<typeof getRoute, Env>({
  route: getRoute,
  handler: async (c) => c.json(exportView(await exportOf(c, c.req.valid("param").id)), 200),
});

const cancelRoute = createRoute({
  method: "delete",
  path: "/api/exports/{id}",
  operationId: "cancelExport",
  tags: ["exports"],
  summary: "Cancela uma exportação ou apaga o arquivo dela; as de outros usuários, só o GERENTE",
  ...requires("operate"),
  request: { params: IdParam },
  responses: { 204: { description: "Cancelada" }, default: PROBLEMS },
});

const deleteExport = defineOpenAPIRoute<typeof cancelRoute, Env>({
  route: cancelRoute,
  handler: async (c) => {
    const { job } = await exportOf(c, c.req.valid("param").id);
    if (job.createdBy !== c.var.actor.userId) requirePermission(c, "manage");
    await cancelExport(c.var.ports, job, causeOf(c));
    return c.body(null, 204);
  },
});

const fileContent = { "text/csv": { schema: z.string() } };

const fileRoute = createRoute({
  method: "get",
  path: "/api/exports/{id}/file",
  operationId: "getExportFile",
  tags: ["exports"],
  summary: "Baixa o arquivo de uma exportação; aceita Range",
  ...requires("read"),
  request: { params: IdParam },
  responses: {
    200: { description: "O CSV inteiro", content: fileContent },
    206: { description: "A parte pedida", content: fileContent },
    304: { description: "O cliente já tem o arquivo" },
    default: PROBLEMS,
  },
});

/** How long a reader may pause. */
const IDLE_TIMEOUT_S = 120;

const getExportFile = defineOpenAPIRoute<typeof fileRoute, Env>({
  route: fileRoute,
  handler: async (c) => {
    const { ports, request } = c.var;
    const { job, params } = await exportOf(c, c.req.valid("param").id);
    const size = job.bytes ?? 0;
    // A complete file never changes, and its name is different for each run: the name is a strong ETag.
    const etag = `"${job.blob?.split("/").at(-1) ?? ""}"`;
    const headers = {
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      "content-disposition": attachment(params.wish.type, job.createdAt, params.time_zone),
      "content-type": "text/csv; charset=utf-8",
      etag,
    };
    const known = (c.req.header("if-none-match") ?? "").split(",").map((tag) => tag.trim());
    const ready = job.state === "done";
    if (ready && (known.includes(etag) || known.includes("*"))) return c.body(null, 304, { etag });
    const same = (c.req.header("if-range") ?? etag) === etag;
    const range = byteRangeOf(ready && same ? c.req.header("range") : undefined, size);
    if (range === "beyond") {
      c.header("content-range", `bytes */${size}`);
      throw new Failed<ExportFailure>({ code: "export.range", bytes: size });
    }
    ports.extendIdleTimeout(request, IDLE_TIMEOUT_S);
    if (range === "whole") {
      const body = await openFile(ports, job);
      return c.body(body, 200, { ...headers, "content-length": String(size) });
    }
    const { offset, length } = range;
    const body = await openFile(ports, job, range);
    return c.body(body, 206, {
      ...headers,
      "content-length": String(length),
      "content-range": `bytes ${offset}-${offset + length - 1}/${size}`,
    });
  },
});

export const exportRoutes = [postExport, getExport, deleteExport, getExportFile] as const;
