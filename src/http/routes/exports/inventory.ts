import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { spedInventory } from "../../../export/files/sped.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  DialectSchema,
  InventoryFilters,
  inventoryMomentOf,
} from "../../request/export-filters.ts";
import { Flag, PROBLEMS } from "../../schemas.ts";
import { csvFile } from "../../stream/csv-file.ts";
import { downloadOf } from "../../stream/download.ts";
import { limitDownloads } from "../../stream/download-limit.ts";

const InventoryQuery = InventoryFilters.extend({
  dialect: DialectSchema,
  format: z.enum(["csv", "sped"]).default("csv").openapi({
    description: "csv, ou as linhas H005, H010, K100 e K200 da EFD ICMS/IPI (ISO-8859-1)",
  }),
  skip_unfit: Flag.optional().openapi({
    description: "sped: deixa de fora os produtos que não cabem nas linhas, em vez de recusar",
  }),
});

const inventoryRoute = createRoute({
  method: "get",
  path: "/api/export/inventory",
  operationId: "exportInventory",
  tags: ["exports"],
  summary: "Exporta o inventário ao fim de um dia, pelo custo médio, em CSV ou nas linhas do SPED",
  ...requires("read"),
  request: { query: InventoryQuery },
  responses: {
    200: {
      description: "O inventário, por código de produto",
      content: { "text/csv": { schema: z.string() }, "text/plain": { schema: z.string() } },
    },
    default: PROBLEMS,
  },
});

const getInventory = defineOpenAPIRoute<typeof inventoryRoute, Env>({
  route: inventoryRoute,
  handler: async (c) => {
    const query = c.req.valid("query");
    const { ports, actor, signal } = c.var;
    if (query.format === "csv")
      return csvFile(c, query.dialect, async (timeZone) => ({
        type: "inventory",
        filter: await inventoryMomentOf(ports, actor.company, query, timeZone, signal),
      }));
    const download = await downloadOf(c);
    const moment = await inventoryMomentOf(
      ports,
      actor.company,
      query,
      download.timeZone,
      download.signal,
    );
    const lines = await spedInventory(ports, moment, {
      ...download,
      skipUnfit: query.skip_unfit === true,
    });
    return c.body(limitDownloads(c, lines), 200, {
      "content-type": "text/plain; charset=ISO-8859-1",
      "content-disposition": `attachment; filename="inventario_${query.date}.txt"`,
      "cache-control": "no-store",
    });
  },
});

export const inventoryRoutes = [getInventory] as const;
