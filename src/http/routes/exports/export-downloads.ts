import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { today } from "../../../lib/days.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
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
import { csvFile } from "../../stream/csv-file.ts";

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

export const exportDownloadRoutes = [
  getStockExport,
  getMovementsExport,
  getNotesExport,
  getNoteItemsExport,
  getSupplierItemsExport,
  getLotsExport,
] as const;
