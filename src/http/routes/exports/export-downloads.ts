import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { type DownloadOptions, downloadCsv } from "../../../export/files/download.ts";
import type { ExportRequest } from "../../../export/files/request-export.ts";
import { today } from "../../../stock/reports/dashboard.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  attachment,
  DialectSchema,
  LotQuery,
  levelFilterOf,
  lotFilterOf,
  MovementFilters,
  movementFilterOf,
  NfeFilters,
  nfeFilterOf,
  StockQuery,
  SupplierItemFilters,
  supplierItemFilterOf,
} from "../../request/export-filters.ts";
import { PROBLEMS } from "../../schemas.ts";
import { downloadOf } from "../../stream/download.ts";
import { limitDownloads } from "../../stream/download-limit.ts";

const csvResponses = {
  200: {
    description: "O CSV, sem limite de linhas",
    content: { "text/csv": { schema: z.string() } },
  },
  default: PROBLEMS,
} as const;

const stockRoute = createRoute({
  method: "get",
  path: "/api/export/stock",
  operationId: "exportStock",
  tags: ["exports"],
  summary: "Exporta o estoque em CSV",
  ...requires("read"),
  request: {
    query: StockQuery.extend({ dialect: DialectSchema }),
  },
  responses: csvResponses,
});

const getStockExport = defineOpenAPIRoute<typeof stockRoute, Env>({
  route: stockRoute,
  handler: (c) => {
    const query = c.req.valid("query");
    return csvFile(c, query.dialect, () => ({ type: "stock", filter: levelFilterOf(query) }));
  },
});

const movementsRoute = createRoute({
  method: "get",
  path: "/api/export/movements",
  operationId: "exportMovements",
  tags: ["exports"],
  summary: "Exporta os movimentos em CSV, do mais novo ao mais antigo",
  ...requires("read"),
  request: {
    query: MovementFilters.extend({ dialect: DialectSchema }),
  },
  responses: csvResponses,
});

const getMovementsExport = defineOpenAPIRoute<typeof movementsRoute, Env>({
  route: movementsRoute,
  handler: (c) => {
    const query = c.req.valid("query");
    return csvFile(c, query.dialect, (timeZone) => ({
      type: "movements",
      filter: movementFilterOf(query, timeZone),
    }));
  },
});

const notesRoute = createRoute({
  method: "get",
  path: "/api/export/nfes",
  operationId: "exportNfes",
  tags: ["exports"],
  summary: "Exporta as notas em CSV, da emissão mais nova à mais antiga",
  ...requires("read"),
  request: { query: NfeFilters.extend({ dialect: DialectSchema }) },
  responses: csvResponses,
});

const getNotesExport = defineOpenAPIRoute<typeof notesRoute, Env>({
  route: notesRoute,
  handler: (c) => {
    const query = c.req.valid("query");
    return csvFile(c, query.dialect, (timeZone) => ({
      type: "nfes",
      filter: nfeFilterOf(query, timeZone),
    }));
  },
});

const noteItemsRoute = createRoute({
  method: "get",
  path: "/api/export/nfe-items",
  operationId: "exportNfeItems",
  tags: ["exports"],
  summary: "Exporta os itens das notas em CSV, da emissão mais nova à mais antiga",
  ...requires("read"),
  request: { query: NfeFilters.extend({ dialect: DialectSchema }) },
  responses: csvResponses,
});

const getNoteItemsExport = defineOpenAPIRoute<typeof noteItemsRoute, Env>({
  route: noteItemsRoute,
  handler: (c) => {
    const query = c.req.valid("query");
    return csvFile(c, query.dialect, (timeZone) => ({
      type: "nfe-items",
      filter: nfeFilterOf(query, timeZone),
    }));
  },
});

const supplierItemsRoute = createRoute({
  method: "get",
  path: "/api/export/supplier-items",
  operationId: "exportSupplierItems",
  tags: ["exports"],
  summary: "Exporta o de-para em CSV; o mesmo arquivo pode ser importado",
  ...requires("read"),
  request: { query: SupplierItemFilters.extend({ dialect: DialectSchema }) },
  responses: csvResponses,
});

const getSupplierItemsExport = defineOpenAPIRoute<typeof supplierItemsRoute, Env>({
  route: supplierItemsRoute,
  handler: (c) => {
    const query = c.req.valid("query");
    return csvFile(c, query.dialect, () => ({
      type: "supplier-items",
      filter: supplierItemFilterOf(query),
    }));
  },
});

const lotsRoute = createRoute({
  method: "get",
  path: "/api/export/lots",
  operationId: "exportLots",
  tags: ["exports"],
  summary: "Exporta os lotes com saldo em CSV, o que vence primeiro antes",
  ...requires("read"),
  request: { query: LotQuery.extend({ dialect: DialectSchema }) },
  responses: csvResponses,
});

const getLotsExport = defineOpenAPIRoute<typeof lotsRoute, Env>({
  route: lotsRoute,
  handler: (c) => {
    const query = c.req.valid("query");
    return csvFile(c, query.dialect, (timeZone) => ({
      type: "lots",
      filter: lotFilterOf(query, today(c.var.ports.clock.now(), timeZone)),
    }));
  },
});

/** The CSV of a request as a file; compressed where the runtime has gzip and the client accepts it. */
export async function csvFile(
  c: Context<Env>,
  dialect: DownloadOptions["dialect"],
  requestIn: (timeZone: string) => ExportRequest | Promise<ExportRequest>,
) {
  const download = { ...(await downloadOf(c)), dialect };
  const { timeZone } = download;
  const request = await requestIn(timeZone);
  const csv = await downloadCsv(c.var.ports, request, download);
  const { clock, gzip } = c.var.ports;
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": attachment(request.type, clock.now(), timeZone),
    "cache-control": "no-store",
  };
  if (gzip === undefined) return c.body(limitDownloads(c, csv), 200, headers);
  const encoding = accepts(c, {
    header: "Accept-Encoding",
    supports: ["gzip", "identity"],
    default: "identity",
  });
  const varied = { ...headers, vary: "Accept-Encoding" };
  return encoding === "gzip"
    ? c.body(limitDownloads(c, gzip(csv)), 200, { ...varied, "content-encoding": "gzip" })
    : c.body(limitDownloads(c, csv), 200, varied);
}

export const exportDownloadRoutes = [
  getStockExport,
  getMovementsExport,
  getNotesExport,
  getNoteItemsExport,
  getSupplierItemsExport,
  getLotsExport,
] as const;
