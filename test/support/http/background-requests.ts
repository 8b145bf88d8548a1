const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});
const mailbox = { imap_host: "imap.example.com", imap_user: "notas", imap_password: "uma senha" };

/**
 * The routes of API keys, mail, alerts, exports, jobs and the feed, each with a request that it would take. Without `wait` of the feed:
 * the clock of a test stands still.
 */
export const BACKGROUND_REQUESTS = [
  { method: "GET", path: "/api/keys", query: ["page", "limit"] },
  {
    method: "POST",
    path: "/api/keys",
    query: [],
    ...json({ name: "ERP", role: "OPERADOR", expires_at: "2027-01-31T00:00:00Z" }),
  },
  { method: "DELETE", path: "/api/keys/no-such-key", query: [] },
  { method: "GET", path: "/api/config/email", query: [] },
  { method: "PUT", path: "/api/config/email", query: [], ...json({ ...mailbox, active: true }) },
  { method: "POST", path: "/api/config/email/test", query: [], ...json(mailbox) },
  { method: "POST", path: "/api/config/email/address", query: [] },
  { method: "GET", path: "/api/config/alerts", query: [] },
  {
    method: "PUT",
    path: "/api/config/alerts",
    query: [],
    ...json(
      { recipients: ["dona@loja.example"], events: ["stock.low", "nfe.held_long"] },
      { recipients: [] },
    ),
  },
  { method: "POST", path: "/api/config/alerts/test", query: [] },
  {
    method: "POST",
    path: "/api/exports",
    query: [],
    ...json(
      { type: "movements", filters: { from: "2026-11-01" }, dialect: "rfc4180" },
      { type: "inventory", filters: { date: "2026-11-20" } },
    ),
  },
  { method: "GET", path: "/api/exports/no-such-export", query: [] },
  { method: "GET", path: "/api/exports/no-such-export/file", query: [] },
  { method: "DELETE", path: "/api/exports/no-such-export", query: [] },
  {
    method: "GET",
    path: "/api/jobs",
    query: ["page", "limit", "cursor", "fields", "kind", "state"],
  },
  { method: "GET", path: "/api/jobs/no-such-job", query: ["page", "limit", "after"] },
  { method: "POST", path: "/api/jobs/no-such-job/replay", query: [] },
  { method: "GET", path: "/api/events", query: ["after", "limit"] },
];
