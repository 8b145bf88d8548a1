import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Config } from "../../config.ts";
import type { Env } from "../env.ts";

const LOCALHOST = /^http:\/\/localhost(:\d+)?$/;

/** Whether pages of an origin may use this service: those of CORS_ORIGINS, and of localhost in development. */
export const isAllowedOrigin = (
  origin: string,
  { CORS_ORIGINS, APP_ENV }: Pick<Config, "CORS_ORIGINS" | "APP_ENV">,
): boolean =>
  CORS_ORIGINS.includes(origin) || (APP_ENV === "development" && LOCALHOST.test(origin));

/**
 * CORS with an allow-list: CORS_ORIGINS, and localhost in development. A list, because JSON bodies are read whatever their
 * Content-Type says: without it any site could send one as a simple request. Request headers stand here only where one is read.
 */
export const allowOrigins: MiddlewareHandler<Env> = cors({
  origin: (origin, c) => (isAllowedOrigin(origin, c.get("ports").config) ? origin : null),
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
  allowHeaders: [
    "Authorization",
    "Content-Type",
    "X-Request-Id",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Mcp-Protocol-Version",
    "Traceparent",
  ],
  exposeHeaders: [
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
  ],
  credentials: true,
  maxAge: 300,
});
