import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { settingsOf } from "../../accounts/settings.ts";
import { type DownloadOptions, exportMovements, exportStock } from "../../export/download.ts";
import type { Env } from "../env.ts";
import { requires } from "../middleware/permissions.ts";
import {
  attachment,
  DialectSchema,
  levelFilterOf,
  MovementFilters,
  movementFilterOf,
  StockQuery,
} from "../request/export-filters.ts";
import { PROBLEMS } from "../schemas.ts";
import { limitDownloads } from "../stream/download-limit.ts";
import { untilRevoked } from "../stream/revocation.ts";

/** How long a reader may pause; each page that it reads renews the timeout. */
const IDLE_TIMEOUT_S = 120;

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
  handler: async (c) => {
    const query = c.req.valid("query");
    const download = await downloadOf(c, query.dialect);
    const csv = await exportStock(c.var.ports, levelFilterOf(query), download);
    return csvFile(c, "stock", csv, download.timeZone);
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
  handler: async (c) => {
    const query = c.req.valid("query");
    const download = await downloadOf(c, query.dialect);
    const filter = movementFilterOf(query, download.timeZone);
    const csv = await exportMovements(c.var.ports, filter, download);
    return csvFile(c, "movements", csv, download.timeZone);
  },
});

async function downloadOf(
  c: Context<Env>,
  dialect: DownloadOptions["dialect"],
): Promise<DownloadOptions> {
  const { ports, actor, request, requestId, versions } = c.var;
  const session = untilRevoked(c);
  const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
  return {
    company: actor.company,
    dialect,
    timeZone,
    requestId,
    signal: session.signal,
    onRead() {
      ports.extendIdleTimeout(request, IDLE_TIMEOUT_S);
      session.check();
    },
  };
}

/** The CSV as a file; compressed where the runtime has gzip and the client accepts it. */
function csvFile(
  c: Context<Env>,
  type: "stock" | "movements",
  csv: ReadableStream<Uint8Array>,
  timeZone: string,
) {
  const { clock, gzip } = c.var.ports;
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": attachment(type, clock.now(), timeZone),
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

export const exportDownloadRoutes = [getStockExport, getMovementsExport] as const;
