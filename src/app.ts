import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { accountRoutes } from "./http/accounts.ts";
import { askOnlyWhatIsSaid, wellEncoded, wellNamedHost } from "./http/address.ts";
import { admission } from "./http/admission.ts";
import { authenticated } from "./http/auth.ts";
import { companyRoutes } from "./http/company.ts";
import { dashboardRoutes } from "./http/dashboard.ts";
import { withinDeadline } from "./http/deadline.ts";
import { emailRoutes } from "./http/email.ts";
import type { Env } from "./http/env.ts";
import { eventRoutes } from "./http/events.ts";
import { allowOrigins, secure } from "./http/every-request.ts";
import { exportJobRoutes } from "./http/export-jobs.ts";
import { exportRoutes } from "./http/exports.ts";
import { answerHead } from "./http/head.ts";
import { healthRoutes } from "./http/health.ts";
import { invalidRequest } from "./http/invalid-request.ts";
import { jobRoutes } from "./http/jobs.ts";
import { limitJson, readJsonBodies } from "./http/json-body.ts";
import { keyRoutes } from "./http/keys.ts";
import { admitScraper, metrics } from "./http/metrics.ts";
import "./http/language.ts";
import { movementRoutes } from "./http/movements.ts";
import { nfeRoutes } from "./http/nfe.ts";
import { nfesRoutes } from "./http/nfes.ts";
import { noteEventsRoutes } from "./http/note-events.ts";
import { observed } from "./http/observed.ts";
import { serveOpenApi } from "./http/openapi.ts";
import { httpProblem, toProblem } from "./http/problem.ts";
import { profileRoutes } from "./http/profile.ts";
import { rateLimited } from "./http/rate-limit.ts";
import { stockRoutes } from "./http/stock.ts";
import { supplierItemRoutes } from "./http/supplier-items.ts";
import type { Ports } from "./ports.ts";

/** Every route of the API; a static path stands before a parameter that would swallow it. */
const routes = [
  ...healthRoutes,
  ...accountRoutes,
  ...companyRoutes,
  ...keyRoutes,
  ...emailRoutes,
  ...nfeRoutes,
  ...nfesRoutes,
  ...noteEventsRoutes,
  ...stockRoutes,
  ...movementRoutes,
  ...supplierItemRoutes,
  ...dashboardRoutes,
  ...exportRoutes,
  ...exportJobRoutes,
  ...jobRoutes,
  ...eventRoutes,
  ...profileRoutes,
  metrics,
] as const;

/**
 * Where requests come in. The app is built once; its ports come with each request, because on Workers bindings belong to
 * the request. Every error leaves through http/problem.ts: failures and crashes (`onError`), schema failures
 * (`defaultHook`), unknown paths (`notFound`), wrong methods, bodies over the bound.
 */
export function createApp(portsFor: (bindings: unknown) => Ports): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
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
  const { admitted, shared } = admission();
  app.use(observed, answerHead, secure, allowOrigins, admitted, withinDeadline);
  app.use(wellNamedHost, limitJson, askOnlyWhatIsSaid);
  app.use("/metrics", admitScraper);
  app.use("/api/*", authenticated, shared, rateLimited);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header("allow", methods.join(", "));
        return httpProblem(c, 405);
      },
    }),
  );
  app.use(wellEncoded, readJsonBodies(routes));
  app.openapiRoutes(routes);
  return serveOpenApi(app);
}
