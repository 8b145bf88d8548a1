import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { archiveNotes } from "../../../export/files/note-archive.ts";
import { dayRange, daysOfMonth, plainDays } from "../../days.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { Month, PROBLEMS } from "../../schemas.ts";
import { downloadOf } from "../../stream/download.ts";
import { limitDownloads } from "../../stream/download-limit.ts";

const archiveRoute = createRoute({
  method: "get",
  path: "/api/nfes/archive",
  operationId: "getNfeArchive",
  tags: ["nfe"],
  summary: "Baixa um ZIP com os XML originais de um mês, os eventos e um índice",
  ...requires("read"),
  request: { query: z.object({ month: Month }) },
  responses: {
    200: {
      description: "O ZIP",
      content: { "application/zip": { schema: z.string().openapi({ format: "binary" }) } },
    },
    default: PROBLEMS,
  },
});

const getArchive = defineOpenAPIRoute<typeof archiveRoute, Env>({
  route: archiveRoute,
  handler: async (c) => {
    const { month } = c.req.valid("query");
    const download = await downloadOf(c);
    const days = daysOfMonth(month);
    const issued = { ...dayRange(days, download.timeZone), ...plainDays(days) };
    const zip = await archiveNotes(c.var.ports, issued, download);
    return c.body(limitDownloads(c, zip), 200, {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="notas_${month}.zip"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
  },
});

export const noteArchiveRoutes = [getArchive] as const;
