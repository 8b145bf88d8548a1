import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { getPath } from "hono/utils/url";
import { answerMcp, checkOrigin, MCP_PATH } from "./http/assistant/door.ts";
import { innerDispatch } from "./http/assistant/inner-app.ts";
import type { Env } from "./http/env.ts";
import { idempotent } from "./http/idempotency/idempotent.ts";
import { invalidRequest } from "./http/invalid-request.ts";
import { authenticated } from "./http/middleware/auth.ts";
import { compressJson } from "./http/middleware/compress.ts";
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
import { alertMailRoutes } from "./http/routes/accounts/alert-mails.ts";
import { apiKeyRoutes } from "./http/routes/accounts/api-keys.ts";
import { auditRoutes } from "./http/routes/accounts/audit.ts";
import { browserSessionRoutes } from "./http/routes/accounts/browser-session.ts";
import { companyRoutes } from "./http/routes/accounts/company.ts";
import { companyUnitRoutes } from "./http/routes/accounts/company-units.ts";
import { emailConfigRoutes } from "./http/routes/accounts/email-config.ts";
import { sessionRoutes } from "./http/routes/accounts/session.ts";
import { confirmationRoutes } from "./http/routes/assistant/confirmations.ts";
import { exportDownloadRoutes } from "./http/routes/exports/export-downloads.ts";
import { exportRoutes } from "./http/routes/exports/exports.ts";
import { eventRoutes } from "./http/routes/feed/events.ts";
import { jobRoutes } from "./http/routes/notes/jobs.ts";
import { healthRoutes } from "./http/routes/operations/health.ts";
import { authenticateScraper, metricsRoutes } from "./http/routes/operations/metrics.ts";
import { agentCallRoutes } from "./http/routes/sefaz/agent-calls.ts";
import { agentStatementRoutes } from "./http/routes/sefaz/agent-statements.ts";
import { announcedRoutes } from "./http/routes/sefaz/announced.ts";
import { certificateRoutes } from "./http/routes/sefaz/certificates.ts";
import { sefazFetchingRoutes } from "./http/routes/sefaz/fetching.ts";
import { sefazParkedRoutes } from "./http/routes/sefaz/parked.ts";
import { statementRoutes } from "./http/routes/sefaz/statements.ts";
import { categoryRoutes } from "./http/routes/stock/categories.ts";
import { costRiseRoutes } from "./http/routes/stock/cost-rises.ts";
import { countLineRoutes } from "./http/routes/stock/count-lines.ts";
import { countRoutes } from "./http/routes/stock/counts.ts";
import { dashboardRoutes } from "./http/routes/stock/dashboard.ts";
import "./http/language.ts";
import { observeRequest } from "./http/middleware/observe-request.ts";
import { requires } from "./http/middleware/permissions.ts";
import { rateLimited } from "./http/middleware/rate-limit.ts";
import { serveOpenApi } from "./http/openapi.ts";
import { httpProblem, toProblem } from "./http/problem.ts";
import { ownCompanyRoutes } from "./http/routes/accounts/own-companies.ts";
import { taxProfileRoutes } from "./http/routes/accounts/tax-profile.ts";
import { userRoutes } from "./http/routes/accounts/users.ts";
import { inventoryRoutes } from "./http/routes/exports/inventory.ts";
import { webhookDeliveryRoutes } from "./http/routes/feed/webhook-deliveries.ts";
import { webhookRoutes } from "./http/routes/feed/webhooks.ts";
import { lateCostRoutes } from "./http/routes/notes/late-costs.ts";
import { noteApprovalRoutes } from "./http/routes/notes/note-approvals.ts";
import { noteArchiveRoutes } from "./http/routes/notes/note-archive.ts";
import { noteCostRoutes } from "./http/routes/notes/note-cost.ts";
import { noteCountRoutes } from "./http/routes/notes/note-counts.ts";
import { noteEventRoutes } from "./http/routes/notes/note-events.ts";
import { notePaperRoutes } from "./http/routes/notes/note-paper.ts";
import { noteRoutes } from "./http/routes/notes/notes.ts";
import { overviewRoutes } from "./http/routes/notes/overview.ts";
import { reportRoutes } from "./http/routes/notes/reports.ts";
import { reversalRoutes } from "./http/routes/notes/reversals.ts";
import { uploadRoutes } from "./http/routes/notes/uploads.ts";
import { waitingItemRoutes } from "./http/routes/notes/waiting-items.ts";
import { profilingRoutes } from "./http/routes/operations/profiling.ts";
import { compositionRoutes } from "./http/routes/stock/composition.ts";
import { kardexRoutes } from "./http/routes/stock/kardex.ts";
import { lotRoutes } from "./http/routes/stock/lots.ts";
import { movementReportRoutes } from "./http/routes/stock/movement-report.ts";
import { movementRoutes } from "./http/routes/stock/movements.ts";
import { productWriteRoutes } from "./http/routes/stock/product-writes.ts";
import { productRoutes } from "./http/routes/stock/products.ts";
import { stockRoutes } from "./http/routes/stock/stock.ts";
import { supplierItemImportRoutes } from "./http/routes/stock/supplier-item-import.ts";
import { supplierItemRoutes } from "./http/routes/stock/supplier-items.ts";
import type { Ports } from "./ports/ports.ts";
import { asksForDocs, serveDocs } from "./web/docs.ts";
import { asksForPage, servePage } from "./web/page.ts";

/** Every route of the API, in the order in which paths are matched: a static path stands before a parameter. */
export const routes = [
  ...healthRoutes,
  ...sessionRoutes,
  ...browserSessionRoutes,
  ...ownCompanyRoutes,
  ...userRoutes,
  ...companyRoutes,
  ...companyUnitRoutes,
  ...taxProfileRoutes,
  ...apiKeyRoutes,
  ...emailConfigRoutes,
  ...alertMailRoutes,
  ...auditRoutes,
  ...uploadRoutes,
  ...noteApprovalRoutes,
  ...noteArchiveRoutes,
  ...noteCountRoutes,
  ...announcedRoutes,
  ...overviewRoutes,
  ...noteRoutes,
  ...noteCostRoutes,
  ...notePaperRoutes,
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
  ...compositionRoutes,
  ...exportDownloadRoutes,
  ...inventoryRoutes,
  ...reportRoutes,
  ...costRiseRoutes,
  ...confirmationRoutes,
  ...exportRoutes,
  ...jobRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...webhookDeliveryRoutes,
  ...sefazFetchingRoutes,
  ...sefazParkedRoutes,
  ...agentCallRoutes,
  ...agentStatementRoutes,
  ...certificateRoutes,
  ...statementRoutes,
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
  const dispatch = innerDispatch(routes, (inner) => inner.openapiRoutes(routes));
  app.use((c, next) => {
    c.set("ports", portsFor(c.env));
    c.set("request", c.req.raw);
    c.set("dispatch", dispatch);
    return next();
  });
  const { limitAll, limitEach } = inFlightLimits();
  // The page's files are for our own page: no other origin reads them, and their answers vary by none.
  const allowed: typeof allowOrigins = (c, next) =>
    asksForPage(c.req.path) || asksForDocs(c.req.path) ? next() : allowOrigins(c, next);
  app.use(
    observeRequest,
    answerHead,
    compressJson,
    securityHeaders,
    allowed,
    limitAll,
    withinDeadline,
  );
  app.use(checkHost, limitJsonBody, dropEmptyQueryValues);
  app.use("/metrics", authenticateScraper);
  app.use(MCP_PATH, checkOrigin, authenticated, limitEach, rateLimited);
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
  app.post(MCP_PATH, requires("read").middleware, answerMcp);
  servePage(app);
  serveDocs(app);
  return serveOpenApi(app);
}
