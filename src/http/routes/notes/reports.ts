import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { downloadCompleteness } from "../../../export/files/completeness.ts";
import { CHECK_WORDS, whySentences } from "../../../messages/pt-BR/reports/completeness.ts";
import { type CheckResult, completeness } from "../../../reports/completeness.ts";
import {
  CHECKS,
  type CompletenessRow,
  SITUATIONS,
  STATEMENT_KINDS,
} from "../../../reports/completeness-row.ts";
import { FETCHED, fetchedCnpjs } from "../../../reports/fetched-cnpjs.ts";
import { cached, NOT_MODIFIED } from "../../cache/cached.ts";
import type { Env } from "../../env.ts";
import { requires, requiresReadOfNamed } from "../../middleware/permissions.ts";
import { instant, instantOrNull, moneyOrNull } from "../../numbers.ts";
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
    total_value: z.number().nullable(),
    why: z.array(z.string()).openapi({
      description: "Por que está nesta verificação: pendências da nota, motivo que alguém deu",
    }),
    situation: z.enum(SITUATIONS).nullable().openapi({
      description:
        "Da nota anunciada: o que a SEFAZ diz; unknown: a empresa declarou que não a conhece",
    }),
    statement: z.enum(STATEMENT_KINDS).nullable(),
    due_at: z.string().nullable().openapi({ description: "Até quando a manifestação é aceita" }),
    recipient_cnpj: z.string().nullable(),
    nsu: z.int().nullable(),
    last_nsu: z.int().nullable(),
  })
  .openapi("CompletenessRow");

export const CompletenessSchema = z
  .object({
    checks: z.array(
      z.object({
        check: CheckEnum,
        title: z.string(),
        what_to_do: z.string(),
        count: z.int(),
        data: z.array(RowSchema),
        next_cursor: z.string().nullable(),
      }),
    ),
    unknown_series: z.int().openapi({
      description: "Séries de fornecedores cujas faltas não se podem conhecer: vendem a outros",
    }),
    fetching: z.enum(FETCHED).openapi({
      description:
        "Para quais CNPJs da empresa a busca na SEFAZ está ligada. Do que foi anunciado aos outros nada se sabe aqui, e as verificações que dependem disso nada acham",
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
  total_value: moneyOrNull(row.valueE2),
  why: whySentences(row),
  situation: row.situation,
  statement: row.statement,
  due_at: instantOrNull(row.dueAt),
  recipient_cnpj: row.cnpj,
  nsu: row.nsu,
  last_nsu: row.lastNsu,
});

const checkView = ({ check, count, rows, next }: CheckResult) => ({
  check,
  title: CHECK_WORDS[check].title,
  what_to_do: CHECK_WORDS[check].todo,
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
  summary:
    "Mostra o que falta ou ficou parado em um período: notas na SEFAZ e aqui, números, eventos, prazos",
  ...requiresReadOfNamed(),
  request: { query: CompletenessQuery },
  responses: { ...responses(200, CompletenessSchema, "As verificações"), ...NOT_MODIFIED },
});

const getCompleteness = defineOpenAPIRoute<typeof completenessRoute, Env>({
  route: completenessRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const query = c.req.valid("query");
    const { timeZone, cnpjs } = await settingsOf(ports, actor.company, versions.settings);
    const period = reportPeriodOf(query, timeZone, ports.clock.now());
    const { check, cursor, limit } = query;
    return cached(
      c,
      { tags: ["nfes", "sefaz"], vary: { ...period, check, cursor, limit, cnpjs } },
      async (signal) => {
        const page = { check, after: cursor, limit };
        const found = await completeness(ports, actor.company, period, page, signal);
        return {
          checks: found.checks.map(checkView),
          unknown_series: found.unknownSeries,
          fetching: await fetchedCnpjs(ports, actor.company, cnpjs),
        };
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
