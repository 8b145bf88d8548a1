import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { type ClosedMonth, monthSheets } from "../../../export/files/month-sheets.ts";
import { archiveNotes } from "../../../export/files/note-archive.ts";
import { today } from "../../../lib/days.ts";
import { dayRange, daysOfMonth, plainDays } from "../../days.ts";
import type { Env } from "../../env.ts";
import { requiresReadOfNamed } from "../../middleware/permissions.ts";
import { nfeFilterOf } from "../../request/export-filters.ts";
import { DUE_DAYS, dueWithin } from "../../request/report-period.ts";
import { CompanyNamed, Flag, Month, PROBLEMS } from "../../schemas.ts";
import { downloadOf } from "../../stream/download.ts";
import { limitDownloads } from "../../stream/download-limit.ts";

const archiveRoute = createRoute({
  method: "get",
  path: "/api/nfes/archive",
  operationId: "getNfeArchive",
  tags: ["nfe"],
  summary: "Baixa um ZIP com os XML originais de um mês, os eventos e um índice",
  ...requiresReadOfNamed(),
  request: {
    query: z.object({
      company: CompanyNamed,
      month: Month,
      sheets: Flag.optional().openapi({
        description:
          "true: também as planilhas do mês (conferência, notas, itens e inventário), em CSV",
      }),
    }),
  },
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
    const { month, sheets, company } = c.req.valid("query");
    const { ports, actor, versions } = c.var;
    const download = await downloadOf(c);
    const days = daysOfMonth(month);
    const issued = { ...dayRange(days, download.timeZone), ...plainDays(days) };
    const lastDay = earlier(days.to, today(ports.clock.now(), download.timeZone));
    const closed: ClosedMonth = {
      notes: nfeFilterOf(days, download.timeZone),
      period: {
        issued,
        heldBefore: ports.clock.now() + 1,
        due: dueWithin(DUE_DAYS, download.timeZone, ports.clock.now()),
      },
      lastDay,
    };
    const more = sheets === true ? await monthSheets(ports, closed, download) : [];
    const zip = await archiveNotes(ports, issued, download, more);
    const { cnpjs } = await settingsOf(ports, actor.company, versions.settings);
    const whose = company === undefined ? "" : `_${cnpjs[0] ?? `empresa-${actor.company}`}`;
    const name = `${sheets === true ? "fechamento" : "notas"}_${month}${whose}`;
    return c.body(limitDownloads(c, zip), 200, {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="${name}.zip"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
  },
});

/** Of two days (`2026-10-31`) the one that comes first. */
const earlier = (one: string, other: string): string => (one < other ? one : other);

export const noteArchiveRoutes = [getArchive] as const;
