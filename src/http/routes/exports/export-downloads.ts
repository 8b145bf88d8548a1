import { createRoute, defineOpenAPIRoute, type z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
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
  NfeQuery,
  nfeFilterOf,
  StockQuery,
  SupplierItemQuery,
  supplierItemFilterOf,
} from "../../request/export-filters.ts";
import { IdleFlag, idleSinceAt } from "../../request/level-query.ts";
import { csvFile, csvResponses } from "../../stream/csv-file.ts";

/** A CSV that everybody of the company may download. */
const csvRoute = <
  const Route extends {
    path: string;
    operationId: string;
    summary: string;
    request: { query: z.ZodObject };
  },
>(
  route: Route,
) =>
  createRoute({
    ...route,
    method: "get",
    tags: ["exports"],
    ...requires("read"),
    responses: csvResponses,
  });

const stockRoute = csvRoute({
  path: "/api/export/stock",
  operationId: "exportStock",
  summary: "Exporta o estoque em CSV",
  request: { query: StockQuery.extend({ idle: IdleFlag.optional(), dialect: DialectSchema }) },
});

const getStockExport = defineOpenAPIRoute<typeof stockRoute, Env>({
  route: stockRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    const { ports, actor, versions } = c.var;
    const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
    const idleSince = query.idle === true ? idleSinceAt(ports.clock.now(), timeZone) : undefined;
    const filter = { ...levelFilterOf(query), idleSince };
    return csvFile(c, query.dialect, () => ({ type: "stock", filter }));
  },
});

const movementsRoute = csvRoute({
  path: "/api/export/movements",
  operationId: "exportMovements",
  summary: "Exporta os movimentos em CSV, do mais novo ao mais antigo",
  request: { query: MovementFilters.extend({ dialect: DialectSchema }) },
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

const notesRoute = csvRoute({
  path: "/api/export/nfes",
  operationId: "exportNfes",
  summary: "Exporta as notas em CSV, da emissão mais nova à mais antiga",
  request: { query: NfeQuery.extend({ dialect: DialectSchema }) },
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

const noteItemsRoute = csvRoute({
  path: "/api/export/nfe-items",
  operationId: "exportNfeItems",
  summary: "Exporta os itens das notas em CSV, da emissão mais nova à mais antiga",
  request: { query: NfeQuery.extend({ dialect: DialectSchema }) },
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

const supplierItemsRoute = csvRoute({
  path: "/api/export/supplier-items",
  operationId: "exportSupplierItems",
  summary: "Exporta o de-para em CSV; o mesmo arquivo pode ser importado",
  request: { query: SupplierItemQuery.extend({ dialect: DialectSchema }) },
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

const lotsRoute = csvRoute({
  path: "/api/export/lots",
  operationId: "exportLots",
  summary: "Exporta os lotes com saldo em CSV, o que vence primeiro antes",
  request: { query: LotQuery.extend({ dialect: DialectSchema }) },
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
