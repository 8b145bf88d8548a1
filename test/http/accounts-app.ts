import { OpenAPIHono } from "@hono/zod-openapi";
import { accountRoutes } from "../../src/http/accounts.ts";
import { authenticated } from "../../src/http/auth.ts";
import { companyRoutes } from "../../src/http/company.ts";
import type { Env } from "../../src/http/env.ts";
import { invalidRequest } from "../../src/http/invalid-request.ts";
import { httpProblem, toProblem } from "../../src/http/problem.ts";
import { rateLimited } from "../../src/http/rate-limit.ts";
import type { Ports } from "../../src/ports.ts";

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
  app.openapiRoutes([...accountRoutes, ...companyRoutes] as const);
  return app;
}

/** One request with a JSON body. */
export const send = (
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
