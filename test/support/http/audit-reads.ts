const FILTERS = ["from", "to", "user_id", "action", "entity_type", "entity_id"];

/** A valid request for each route that reads the audit log. */
export const AUDIT_READS = [
  {
    method: "GET",
    path: "/api/audit/logs",
    query: ["page", "limit", "cursor", ...FILTERS, "dialect"],
  },
  { method: "GET", path: "/api/export/audit", query: [...FILTERS, "dialect"] },
];
