import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { auditPage } from "../../../journal/audit-log.ts";
import { auditHead } from "../../../journal/chain-audit.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instantOrNull } from "../../numbers.ts";
import { AuditFilters, auditFilterOf } from "../../request/audit-filters.ts";
import { DialectSchema } from "../../request/export-filters.ts";
import {
  cursorOr,
  offsetOf,
  PageQuery,
  Pagination,
  paged,
  responses,
  wholeNumber,
} from "../../schemas.ts";
import { CSV_TOO, csvFile, csvInstead, csvResponses, wantsCsv } from "../../stream/csv-file.ts";
import { AuditLineSchema, auditLineView } from "../../views/audit-view.ts";

export const AuditLogSchema = z
  .object({
    data: z.array(AuditLineSchema),
    pagination: Pagination.extend({ next_cursor: z.string().nullable() }),
    chain: z.object({ seq: z.int(), hash: z.string(), chained_at: z.string().nullable() }),
  })
  .openapi("AuditLog");

const logsRoute = createRoute({
  method: "get",
  path: "/api/audit/logs",
  operationId: "listAuditLines",
  tags: ["audit"],
  summary: "Lista quem fez o quê, do mais novo ao mais antigo, e o fim da cadeia de auditoria",
  ...requires("administer"),
  ...CSV_TOO,
  request: {
    query: PageQuery.extend(AuditFilters.shape).extend({
      cursor: cursorOr(wholeNumber(1)),
      dialect: DialectSchema,
    }),
  },
  responses: responses(200, AuditLogSchema, "Uma página da auditoria"),
});

const getLogs = defineOpenAPIRoute<typeof logsRoute, Env>({
  route: logsRoute,
  handler: async (c) => {
    const { ports, actor, signal, versions } = c.var;
    const query = c.req.valid("query");
    const { timeZone } = await settingsOf(ports, actor.company, versions.settings);
    const filter = auditFilterOf(query, timeZone);
    if (wantsCsv(c)) return csvInstead(c, query.dialect, () => ({ type: "audit", filter }));
    const page = { before: query.cursor, ...offsetOf(query) };
    const found = await auditPage(ports, actor.company, filter, page, signal);
    const { seq, hash, chainedAt } = await auditHead(ports, actor.company, signal);
    const { data, pagination } = paged(found.lines.map(auditLineView), query, found.total);
    const next_cursor = found.next === null ? null : String(found.next);
    return c.json(
      {
        data,
        pagination: { ...pagination, next_cursor },
        chain: { seq, hash, chained_at: instantOrNull(chainedAt) },
      },
      200,
    );
  },
});

const exportRoute = createRoute({
  method: "get",
  path: "/api/export/audit",
  operationId: "exportAudit",
  tags: ["audit"],
  summary: "Exporta a auditoria em CSV, na ordem da cadeia, com o hash de cada linha",
  ...requires("administer"),
  request: { query: AuditFilters.extend({ dialect: DialectSchema }) },
  responses: csvResponses,
});

const getExport = defineOpenAPIRoute<typeof exportRoute, Env>({
  route: exportRoute,
  handler: (c) => {
    const query = c.req.valid("query");
    return csvFile(c, query.dialect, (timeZone) => ({
      type: "audit",
      filter: auditFilterOf(query, timeZone),
    }));
  },
});

export const auditRoutes = [getLogs, getExport] as const;
