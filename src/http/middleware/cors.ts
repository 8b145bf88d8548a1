import type { MiddlewareHandler } from "hono";
import type { Config } from "../../config.ts";
import type { Env } from "../env.ts";

const LOCALHOST = /^http:\/\/localhost(:\d+)?$/;

/** Whether pages of an origin may use this service: those of CORS_ORIGINS, and of localhost in development. */
export const isAllowedOrigin = (
  origin: string,
  { CORS_ORIGINS, APP_ENV }: Pick<Config, "CORS_ORIGINS" | "APP_ENV">,
): boolean =>
  CORS_ORIGINS.includes(origin) || (APP_ENV === "development" && LOCALHOST.test(origin));

/** What a page of an allowed origin may send. Request headers stand here only where one is read. */
const PREFLIGHT: readonly (readonly [string, string])[] = [
  ["access-control-max-age", "300"],
  ["access-control-allow-methods", "GET,POST,PUT,PATCH,DELETE,OPTIONS"],
  [
    "access-control-allow-headers",
    [
      "Authorization",
      "Content-Type",
      "X-Request-Id",
      "Idempotency-Key",
      "If-Match",
      "If-None-Match",
      "Last-Event-ID",
      "Mcp-Protocol-Version",
      "Traceparent",
    ].join(","),
  ],
];
const EXPOSED = [
  "Content-Disposition",
  "ETag",
  "Idempotency-Replayed",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "Traceparent",
  "X-Cache",
  "X-Request-Id",
].join(",");

/**
 * CORS with an allow-list: CORS_ORIGINS, and localhost in development. A list, because JSON bodies are read whatever their
 * Content-Type says: without it any site could send one as a simple request. The headers are written into the answer that is
 * there: hono's own are written before it, and each later answer is then copied twice with all of its headers.
 */
export const allowOrigins: MiddlewareHandler<Env> = async (c, next) => {
  const asksBefore = c.req.method === "OPTIONS";
  if (asksBefore) c.res = new Response(null, { status: 204 });
  else await next();
  const { headers } = c.res;
  const origin = c.req.header("origin");
  if (origin !== undefined && isAllowedOrigin(origin, c.get("ports").config))
    headers.set("access-control-allow-origin", origin);
  headers.set("access-control-allow-credentials", "true");
  headers.set("access-control-expose-headers", EXPOSED);
  headers.append("vary", "Origin");
  if (!asksBefore) return;
  for (const [name, value] of PREFLIGHT) headers.set(name, value);
  headers.append("vary", "Access-Control-Request-Headers");
};
