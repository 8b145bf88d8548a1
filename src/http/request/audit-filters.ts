import { z } from "@hono/zod-openapi";
import type { AuditFilter } from "../../journal/audit-log.ts";
import { dayRange } from "../days.ts";
import { daysOf, text, wholeNumber } from "../schemas.ts";

/** Filters of the audit log in a query. */
export const AuditFilters = z.object({
  ...daysOf("da gravação"),
  user_id: wholeNumber(1).optional(),
  action: text(60).optional().openapi({
    description:
      "O verbo (CREATE, UPDATE, DELETE, LOGIN, REFUSE, EXPORT) ou o código (nfe.process)",
  }),
  entity_type: text(60).optional(),
  entity_id: text(200).optional(),
});

/** The filter of the audit log; days begin in the company's time zone. */
export const auditFilterOf = (
  query: z.infer<typeof AuditFilters>,
  timeZone: string,
): AuditFilter => ({
  ...dayRange(query, timeZone),
  userId: query.user_id,
  action: query.action,
  entity: query.entity_type,
  entityId: query.entity_id,
});
