import { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "../../../src/http/env.ts";
import { invalidRequest } from "../../../src/http/invalid-request.ts";
import { authenticated } from "../../../src/http/middleware/auth.ts";
import { rateLimited } from "../../../src/http/middleware/rate-limit.ts";
import { httpProblem, toProblem } from "../../../src/http/problem.ts";
import { companyRoutes } from "../../../src/http/routes/accounts/company.ts";
import { sessionRoutes } from "../../../src/http/routes/accounts/session.ts";
import type { Ports } from "../../../src/ports/ports.ts";

/** The routes of accounts and company, wired as the service wires them. */
export function accountsApp(ports: Ports) {
  const app = new OpenAPIHono<Env>({
    defaultHook: (result, c) =>
      result.success ? undefined : invalidRequest(c, result.target, result.error),
  });
  app.onError(toProblem);
  app.notFound((c) => httpProblem(c, 404));
  app.use(async (c, next) => {
    c.set("ports", ports);
    c.set("request", c.req.raw);
    c.set("requestId", "req-1");
    await next();
  });
  app.use("/api/*", authenticated, rateLimited);
  app.openapiRoutes([...sessionRoutes, ...companyRoutes] as const);
  return app;
}

/** One request with a JSON body. */
export const sendJson = (
  app: { request(path: string, init: RequestInit): Response | Promise<Response> },
  method: string,
  path: string,
  {
    token,
    body,
    headers = {},
  }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Response> =>
  Promise.resolve(
    app.request(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
