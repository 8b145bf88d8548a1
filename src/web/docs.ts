import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Env } from "../http/env.ts";
import { sendFile } from "./page.ts";

/** Files of swagger-ui-dist as it is published; ports.page has them below /docs/. */
const FILES = ["swagger-ui.css", "swagger-ui-bundle.js"] as const;

/** Nothing but our own files; the contract and what is tried out come from this server alone. The pictures are in the styles. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = { "content-security-policy": POLICY, "cache-control": "no-cache" };

const DOCUMENT = `<!doctype html>
<html lang="pt-BR">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>S.G.E.: contrato da API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <script src="/docs/swagger-ui-bundle.js" defer></script>
    <script src="/docs/start.js" defer></script>
  </head>
  <body>
    <div id="docs"></div>
    <noscript>Esta página precisa de JavaScript; o mesmo contrato está em <a href="/openapi.json">/openapi.json</a>.</noscript>
  </body>
</html>
`;

/** A token that is typed in stays in the memory of the page; a validator elsewhere is not asked. */
const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  queryConfigEnabled: false,
  withCredentials: false,
  validatorUrl: null,
});
`;

/** Whether a request asks for the contract's page or a file of it. */
export const asksForDocs = (path: string): boolean => path === "/docs" || path.startsWith("/docs/");

/** Serves the contract for people at `/docs`: the same document as `/openapi.json`, rendered by files of our own. Needs no login. */
export function serveDocs(app: OpenAPIHono<Env>): void {
  const text = (content: string, type: string) => (c: Context<Env>) =>
    c.body(content, 200, { ...HEADERS, "content-type": `${type}; charset=utf-8` });
  app.get("/docs", text(DOCUMENT, "text/html"));
  app.get("/docs/start.js", text(START, "text/javascript"));
  for (const file of FILES) app.get(`/docs/${file}`, (c) => sendFile(c, c.req.path, HEADERS));
}
