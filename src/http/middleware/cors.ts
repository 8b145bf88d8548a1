import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Env } from "../env.ts";

const LOCALHOST = /^http:\/\/localhost(:\d+)?$/;

/**
 * CORS with an allow-list: CORS_ORIGINS, and localhost in development. A list, because JSON bodies are read whatever their
 * Content-Type says: without it any site could send one as a simple request. Request headers stand here only where one is read.
 */
export const allowOrigins: MiddlewareHandler<Env> = cors({
  origin: (origin, c) => {
    const { CORS_ORIGINS, APP_ENV } = c.get("ports").config;
    const allowed =
      CORS_ORIGINS.includes(origin) || (APP_ENV === "development" && LOCALHOST.test(origin));
    return allowed ? origin : null;
  },
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
  allowHeaders: [
    "Authorization",
    "Content-Type",
    "X-Request-Id",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
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
