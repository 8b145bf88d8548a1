import type { OpenAPIHono } from "@hono/zod-openapi";
import { VERSION } from "../version.ts";
import type { Env } from "./env.ts";

/** Serves `/openapi.json`, built once, after every route was added. */
export function serveOpenApi(app: OpenAPIHono<Env>): OpenAPIHono<Env> {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT, ou uma chave de API (sge_…)",
  });
  const document = JSON.stringify(
    app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "S.G.E.",
        version: VERSION,
        description: "Recebe NF-e e mantém o estoque exato. Os erros seguem a RFC 9457.",
      },
    }),
  );
  app.get("/openapi.json", (c) => c.body(document, 200, { "content-type": "application/json" }));
  return app;
}
