import type { Role } from "../../../src/accounts/roles.ts";
import { supplier } from "../notes/purchase.ts";

/** The table of roles in docs/api.md, written by hand: method, path, and the lowest role that may use it. */
export const MATRIX: readonly [string, string, Role | "anonymous"][] = [
  ["get", "/api/health", "anonymous"],
  ["get", "/api/health/full", "anonymous"],
  ["post", "/api/login", "anonymous"],
  ["post", "/api/logout", "VISUALIZADOR"],
  ["put", "/api/me/password", "VISUALIZADOR"],
  ["get", "/api/me", "VISUALIZADOR"],
  ["post", "/api/session/company", "VISUALIZADOR"],
  ["post", "/api/password/set", "anonymous"],
  ["get", "/api/users", "ADMIN"],
  ["post", "/api/users", "ADMIN"],
  ["put", "/api/users/{id}", "ADMIN"],
  ["delete", "/api/users/{id}", "ADMIN"],
  ["post", "/api/users/{id}/invite", "ADMIN"],
  ["get", "/api/company", "ADMIN"],
  ["patch", "/api/company", "ADMIN"],
  ["get", "/api/company/units", "ADMIN"],
  ["put", "/api/company/units", "ADMIN"],
  ["get", "/api/company/tax-profile", "ADMIN"],
  ["put", "/api/company/tax-profile", "ADMIN"],
  ["get", "/api/keys", "ADMIN"],
  ["post", "/api/keys", "ADMIN"],
  ["delete", "/api/keys/{id}", "ADMIN"],
  ["get", "/api/config/email", "ADMIN"],
  ["put", "/api/config/email", "ADMIN"],
  ["post", "/api/config/email/test", "ADMIN"],
  ["post", "/api/config/email/address", "ADMIN"],
  ["get", "/api/audit/logs", "ADMIN"],
  ["get", "/api/export/audit", "ADMIN"],
  ["post", "/api/nfe/upload", "OPERADOR"],
  ["post", "/api/nfe/batch", "OPERADOR"],
  ["get", "/api/nfes", "VISUALIZADOR"],
  ["get", "/api/nfes/archive", "VISUALIZADOR"],
  ["get", "/api/nfes/{access_key}", "VISUALIZADOR"],
  ["get", "/api/nfes/{access_key}/cost", "VISUALIZADOR"],
  ["get", "/api/nfes/{access_key}/xml", "VISUALIZADOR"],
  ["post", "/api/nfes/process", "OPERADOR"],
  ["post", "/api/nfes/{access_key}/process", "OPERADOR"],
  ["post", "/api/nfes/{access_key}/discard", "GERENTE"],
  ["post", "/api/nfes/{access_key}/restore", "GERENTE"],
  ["post", "/api/nfes/{access_key}/reverse", "GERENTE"],
  ["post", "/api/nfes/{access_key}/costs", "GERENTE"],
  ["post", "/api/nfes/{access_key}/costs/{id}/reverse", "GERENTE"],
  ["post", "/api/nfes/{access_key}/events/{id}/withdraw", "GERENTE"],
  ["get", "/api/products", "VISUALIZADOR"],
  ["get", "/api/products/{code}/kardex", "VISUALIZADOR"],
  ["get", "/api/products/{code}/lots", "VISUALIZADOR"],
  ["get", "/api/lots", "VISUALIZADOR"],
  ["get", "/api/lots/{lot}/trace", "VISUALIZADOR"],
  ["get", "/api/stock", "VISUALIZADOR"],
  ["post", "/api/movements", "OPERADOR"],
  ["post", "/api/movements/batch", "OPERADOR"],
  ["post", "/api/movements/{id}/reverse", "GERENTE"],
  ["get", "/api/movements/list", "VISUALIZADOR"],
  ["post", "/api/counts", "GERENTE"],
  ["get", "/api/counts", "VISUALIZADOR"],
  ["get", "/api/counts/{id}", "VISUALIZADOR"],
  ["get", "/api/counts/{id}/review", "VISUALIZADOR"],
  ["post", "/api/counts/{id}/close", "GERENTE"],
  ["post", "/api/counts/{id}/cancel", "GERENTE"],
  ["post", "/api/counts/{id}/lines", "OPERADOR"],
  ["get", "/api/counts/{id}/lines", "VISUALIZADOR"],
  ["delete", "/api/counts/{id}/lines/{line}", "OPERADOR"],
  ["post", "/api/counts/{id}/unknown/{line}/assign", "OPERADOR"],
  ["get", "/api/supplier-items", "VISUALIZADOR"],
  ["put", "/api/supplier-items", "GERENTE"],
  ["delete", "/api/supplier-items", "GERENTE"],
  ["get", "/api/supplier-items/waiting", "VISUALIZADOR"],
  ["get", "/api/supplier-items/suggestions", "VISUALIZADOR"],
  ["get", "/api/dashboard/stats", "VISUALIZADOR"],
  ["get", "/api/dashboard/evolution", "VISUALIZADOR"],
  ["get", "/api/export/stock", "VISUALIZADOR"],
  ["get", "/api/export/movements", "VISUALIZADOR"],
  ["get", "/api/export/nfes", "VISUALIZADOR"],
  ["get", "/api/export/nfe-items", "VISUALIZADOR"],
  ["get", "/api/export/supplier-items", "VISUALIZADOR"],
  ["get", "/api/export/inventory", "VISUALIZADOR"],
  ["get", "/api/export/completeness", "VISUALIZADOR"],
  ["get", "/api/reports/completeness", "VISUALIZADOR"],
  ["post", "/api/exports", "VISUALIZADOR"],
  ["get", "/api/exports/{id}", "VISUALIZADOR"],
  ["get", "/api/exports/{id}/file", "VISUALIZADOR"],
  ["delete", "/api/exports/{id}", "OPERADOR"],
  ["get", "/api/jobs", "VISUALIZADOR"],
  ["get", "/api/jobs/{id}", "VISUALIZADOR"],
  ["post", "/api/jobs/{id}/replay", "GERENTE"],
  ["get", "/api/events", "VISUALIZADOR"],
  ["get", "/api/notifications/stream", "VISUALIZADOR"],
  ["post", "/api/profile/cpu", "ADMIN"],
  ["post", "/api/profile/heap", "ADMIN"],
  ["get", "/metrics", "ADMIN"],
];

const KEY = "35260911222333000181550010000001231000000420";

/** Bodies that need a higher role than their route: method, path, body, and the lowest role that may send it. */
export const BODY_MATRIX: readonly [string, string, Record<string, unknown>, Role][] = [
  ["post", "/api/nfes/{access_key}/process", {}, "OPERADOR"],
  [
    "post",
    "/api/nfes/{access_key}/process",
    { items: [{ n_item: 1, product_code: "P1" }] },
    "GERENTE",
  ],
  ["post", "/api/nfes/{access_key}/process", { items: [{ n_item: 1, factor: 2 }] }, "GERENTE"],
  ["post", "/api/nfes/{access_key}/process", { override: ["no_protocol"] }, "GERENTE"],
];

/** A path of MATRIX with the ids of records that do not exist. */
export const concretePath = (path: string) =>
  path
    .replace("{access_key}", KEY)
    .replace("{id}", "no-such-id")
    .replace("{code}", "P1")
    .replace("{line}", "1");

/** The query that a GET of MATRIX cannot do without. */
export const REQUIRED_QUERY: Readonly<Record<string, string>> = {
  "/api/nfes/archive": "?month=2026-11",
  "/api/export/inventory": "?date=2026-11-23",
  "/api/supplier-items/suggestions": `?supplier_cnpj=${supplier.cnpj}&code=P1&unit=UN`,
  "/api/export/completeness": "?month=2026-11",
  "/api/reports/completeness": "?month=2026-11",
};
