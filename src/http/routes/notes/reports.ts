import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { downloadCompleteness } from "../../../export/files/completeness.ts";
import {
  CHECKS,
  type CheckResult,
  type CompletenessRow,
  completeness,
} from "../../../reports/completeness.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import type { Env } from "../../env.ts";
import { requires, requiresReadOfNamed } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { DialectSchema } from "../../request/export-filters.ts";
import { checkPeriod, ReportPeriod, reportPeriodOf } from "../../request/report-period.ts";
import {
  CompanyNamed,
  cursorOr,
  NoteStatusEnum,
  pageRows,
  responses,
  text,
} from "../../schemas.ts";
import { csvAnswer, csvResponses } from "../../stream/csv-file.ts";
import { downloadOf } from "../../stream/download.ts";

const CheckEnum = z.enum(CHECKS);

const RowSchema = z
  .object({
    access_key: z.string().nullable(),
    supplier_cnpj: z.string().nullable(),
    supplier_name: z.string().nullable(),
    model: z.string().nullable(),
    series: z.string().nullable(),
    number: z.int().nullable(),
    last_number: z.int().nullable().openapi({ description: "De uma falta: o último que falta" }),
    issued_at: z.string().nullable(),
    status: NoteStatusEnum.nullable(),
    received_at: z.string().nullable(),
    event_type: z.string().nullable(),
  })
  .openapi("CompletenessRow");

export const CompletenessSchema = z
  .object({
    checks: z.array(
      z.object({
        check: CheckEnum,
        count: z.int(),
        data: z.array(RowSchema),
        next_cursor: z.string().nullable(),
      }),
    ),
    unknown_series: z.int().openapi({
      description: "Séries de fornecedores cujas faltas não se podem conhecer: vendem a outros",
    }),
  })
  .openapi("Completeness");

const rowView = (row: CompletenessRow): z.infer<typeof RowSchema> => ({
  access_key: row.accessKey,
  supplier_cnpj: row.supplier,
  supplier_name: row.supplierName,
  model: row.model,
  series: row.series,
  number: row.number,
  last_number: row.lastNumber,
  issued_at: typeof row.issued === "number" ? instant(row.issued) : row.issued,
  status: row.status,
  received_at: instantOrNull(row.receivedAt),
  event_type: row.eventType,
});

const checkView = ({ check, count, rows, next }: CheckResult) => ({
  check,
  count,
  data: rows.map(rowView),
  next_cursor: next,
});

const CompletenessQuery = ReportPeriod.extend({
  check: CheckEnum.optional(),
  cursor: cursorOr(text(120)),
  limit: pageRows(20, 100),
  company: CompanyNamed,
})
  .superRefine(checkPeriod)
  .refine(({ check, cursor }) => cursor === undefined || check !== undefined, {
    path: ["check"],
    message: "é obrigatório com cursor",
  });

const completenessRoute = createRoute({
  method: "get",
  path: "/api/reports/completeness",
  operationId: "reportCompleteness",
  tags: ["reports"],
  summary: "Mostra o que falta ou ficou parado em um período: números, protocolos, notas e eventos",
  ...requiresReadOfNamed(),
  request: { query: CompletenessQuery },
  responses: { ...responses(200, CompletenessSchema, "As verificações"), ...NOT_MODIFIED },
});

const getCompleteness = defineOpenAPIRoute<typeof completenessRoute, Env>({
  route: completenessRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const query = c.req.valid("query");
    const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
    const period = reportPeriodOf(query, timeZone, ports.clock.now());
    const { check, cursor, limit } = query;
    return cached(
      c,
      { tags: ["nfes"], vary: { ...period, check, cursor, limit } },
      async (signal) => {
        const page = { check, after: cursor, limit };
        const found = await completeness(ports, actor.company, period, page, signal);
        return { checks: found.checks.map(checkView), unknown_series: found.unknownSeries };
      },
    );
  },
});

const exportRoute = createRoute({
  method: "get",
  path: "/api/export/completeness",
  operationId: "exportCompleteness",
  tags: ["exports"],
  summary: "Exporta em CSV tudo o que as verificações de um período encontram",
  ...requires("read"),
  request: { query: ReportPeriod.extend({ dialect: DialectSchema }).superRefine(checkPeriod) },
  responses: csvResponses,
});

const getExport = defineOpenAPIRoute<typeof exportRoute, Env>({
  route: exportRoute,
  handler: async (c) => {
    const { ports } = c.var;
    const query = c.req.valid("query");
    const download = { ...(await downloadOf(c)), dialect: query.dialect };
    const period = reportPeriodOf(query, download.timeZone, ports.clock.now());
    const csv = await downloadCompleteness(ports, period, download);
    return csvAnswer(c, csv, "completeness", download);
  },
});

export const reportRoutes = [getCompleteness, getExport] as const;
