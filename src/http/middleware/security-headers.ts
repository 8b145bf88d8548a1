import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import type { Env } from "../env.ts";

/** Headers of an API that shows nothing: no sniffing, no framing, no scripts. */
export const securityHeaders: MiddlewareHandler<Env> = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: "DENY",
  referrerPolicy: "no-referrer",
  crossOriginResourcePolicy: "same-site",
});

const LOCALHOST = /^http:\/\/localhost(:\d+)?$/;

/** CORS is an allow-list (JSON bodies are read whatever their type says): CORS_ORIGINS, and localhost in development. */
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
    "If-None-Match",
    "Last-Event-ID",
    "Traceparent",
  ],
  exposeHeaders: [
    "Content-Disposition",
    "ETag",
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
