import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { getPath } from "hono/utils/url";
import type { Env } from "./http/env.ts";
import { idempotent } from "./http/idempotency/idempotent.ts";
import { invalidRequest } from "./http/invalid-request.ts";
import { authenticated } from "./http/middleware/auth.ts";
import { allowOrigins } from "./http/middleware/cors.ts";
import { withinDeadline } from "./http/middleware/deadline.ts";
import { answerHead } from "./http/middleware/head.ts";
import { inFlightLimits } from "./http/middleware/in-flight-limits.ts";
import { limitJsonBody, readJsonBodies } from "./http/middleware/json-body.ts";
import {
  checkHost,
  checkUrlEncoding,
  dropEmptyQueryValues,
} from "./http/middleware/request-url.ts";
import { securityHeaders } from "./http/middleware/security-headers.ts";
import { apiKeyRoutes } from "./http/routes/api-keys.ts";
import { auditRoutes } from "./http/routes/audit.ts";
import { categoryRoutes } from "./http/routes/categories.ts";
import { companyRoutes } from "./http/routes/company.ts";
import { companyUnitRoutes } from "./http/routes/company-units.ts";
import { countLineRoutes } from "./http/routes/count-lines.ts";
import { countRoutes } from "./http/routes/counts.ts";
import { dashboardRoutes } from "./http/routes/dashboard.ts";
import { emailConfigRoutes } from "./http/routes/email-config.ts";
import { eventRoutes } from "./http/routes/events.ts";
import { exportDownloadRoutes } from "./http/routes/export-downloads.ts";
import { exportRoutes } from "./http/routes/exports.ts";
import { healthRoutes } from "./http/routes/health.ts";
import { jobRoutes } from "./http/routes/jobs.ts";
import { authenticateScraper, metricsRoutes } from "./http/routes/metrics.ts";
import { sessionRoutes } from "./http/routes/session.ts";
import "./http/language.ts";
import { observeRequest } from "./http/middleware/observe-request.ts";
import { rateLimited } from "./http/middleware/rate-limit.ts";
import { serveOpenApi } from "./http/openapi.ts";
import { httpProblem, toProblem } from "./http/problem.ts";
import { inventoryRoutes } from "./http/routes/inventory.ts";
import { kardexRoutes } from "./http/routes/kardex.ts";
import { lateCostRoutes } from "./http/routes/late-costs.ts";
import { lotRoutes } from "./http/routes/lots.ts";
import { movementReportRoutes } from "./http/routes/movement-report.ts";
import { movementRoutes } from "./http/routes/movements.ts";
import { noteApprovalRoutes } from "./http/routes/note-approvals.ts";
import { noteArchiveRoutes } from "./http/routes/note-archive.ts";
import { noteCostRoutes } from "./http/routes/note-cost.ts";
import { noteEventRoutes } from "./http/routes/note-events.ts";
import { noteRoutes } from "./http/routes/notes.ts";
import { ownCompanyRoutes } from "./http/routes/own-companies.ts";
import { productWriteRoutes } from "./http/routes/product-writes.ts";
import { productRoutes } from "./http/routes/products.ts";
import { profilingRoutes } from "./http/routes/profiling.ts";
import { reportRoutes } from "./http/routes/reports.ts";
import { reversalRoutes } from "./http/routes/reversals.ts";
import { stockRoutes } from "./http/routes/stock.ts";
import { supplierItemImportRoutes } from "./http/routes/supplier-item-import.ts";
import { supplierItemRoutes } from "./http/routes/supplier-items.ts";
import { taxProfileRoutes } from "./http/routes/tax-profile.ts";
import { uploadRoutes } from "./http/routes/uploads.ts";
import { userRoutes } from "./http/routes/users.ts";
import { waitingItemRoutes } from "./http/routes/waiting-items.ts";
import { webhookDeliveryRoutes } from "./http/routes/webhook-deliveries.ts";
import { webhookRoutes } from "./http/routes/webhooks.ts";
import type { Ports } from "./ports/ports.ts";

/** Every route of the API, in the order in which paths are matched: a static path stands before a parameter. */
export const routes = [
  ...healthRoutes,
  ...sessionRoutes,
  ...ownCompanyRoutes,
  ...userRoutes,
  ...companyRoutes,
  ...companyUnitRoutes,
  ...taxProfileRoutes,
  ...apiKeyRoutes,
  ...emailConfigRoutes,
  ...auditRoutes,
  ...uploadRoutes,
  ...noteApprovalRoutes,
  ...noteArchiveRoutes,
  ...noteRoutes,
  ...noteCostRoutes,
  ...noteEventRoutes,
  ...reversalRoutes,
  ...lateCostRoutes,
  ...productRoutes,
  ...productWriteRoutes,
  ...categoryRoutes,
  ...kardexRoutes,
  ...lotRoutes,
  ...stockRoutes,
  ...movementRoutes,
  ...movementReportRoutes,
  ...countRoutes,
  ...countLineRoutes,
  ...supplierItemRoutes,
  ...supplierItemImportRoutes,
  ...waitingItemRoutes,
  ...dashboardRoutes,
  ...exportDownloadRoutes,
  ...inventoryRoutes,
  ...reportRoutes,
  ...exportRoutes,
  ...jobRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...webhookDeliveryRoutes,
  ...profilingRoutes,
  ...metricsRoutes,
] as const;

/** The web client of S.G.E. writes a product's code as it is: what follows is one segment, whatever slashes it has. */
const rawCode = (method: string, path: string): string =>
  method === "PUT"
    ? path.replace(
        /^(\/api\/products\/)(.+)$/,
        (_, head, code) => head + code.replaceAll("/", "%2F"),
      )
    : path;

/**
 * The HTTP application. It is built once; the ports come with each request, because on Workers bindings belong to the request.
 * Middlewares run in this order: telemetry, headers and CORS; limits of all requests and the deadline; checks of the request
 * itself; authentication and the caller's limits; the method; the JSON body; the Idempotency-Key. Then the route's guard, its validation, its handler.
 * Every error is a problem document of http/problem.ts: failures and crashes (`onError`), invalid fields (`defaultHook`),
 * unknown paths (`notFound`), wrong methods, bodies that are too large.
 */
export function createApp(portsFor: (bindings: unknown) => Ports): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
    // A path that is the pattern of a middleware (`/*`) would match it twice, as a text and as a pattern.
    getPath: (request) => rawCode(request.method, getPath(request).replaceAll("*", "%2A")),
    defaultHook: (result, c) =>
      result.success ? undefined : invalidRequest(c, result.target, result.error),
  });
  app.onError(toProblem);
  app.notFound((c) => httpProblem(c, 404));
  app.use((c, next) => {
    c.set("ports", portsFor(c.env));
    c.set("request", c.req.raw);
    return next();
  });
  const { limitAll, limitEach } = inFlightLimits();
  app.use(observeRequest, answerHead, securityHeaders, allowOrigins, limitAll, withinDeadline);
  app.use(checkHost, limitJsonBody, dropEmptyQueryValues);
  app.use("/metrics", authenticateScraper);
  app.use("/api/*", authenticated, limitEach, rateLimited);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header("allow", methods.join(", "));
        return httpProblem(c, 405);
      },
    }),
  );
  app.use(checkUrlEncoding, readJsonBodies(routes), idempotent);
  app.openapiRoutes(routes);
  return serveOpenApi(app);
}
