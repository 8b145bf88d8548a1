import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import type { Env } from "./env.ts";
import { httpProblem } from "./problem.ts";

/** Headers of an API that shows nothing: no sniffing, no framing, no scripts. */
export const secure: MiddlewareHandler<Env> = secureHeaders({
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

const TAKES_DOCUMENTS = /^\/api\/nfe\/(upload|batch)$/;
const JSON_BYTES = 1024 * 1024;
const HAS_BODY = new Set(["POST", "PUT", "PATCH", "DELETE"]);

const IS_JSON = /^application\/json\b/i;

const jsonLimit = bodyLimit({ maxSize: JSON_BYTES, onError: (c) => httpProblem(c, 413) });

/** 1 MiB for every body but documents, which http/body.ts bounds while it reads them. */
export const limitJson: MiddlewareHandler<Env> = (c, next) =>
  TAKES_DOCUMENTS.test(c.req.path) ? next() : jsonLimit(c, next);

/**
 * The old web client sends its JSON as text/plain, or without a type: it is read as what it is (api.md, ground rules).
 * A type without a body says nothing: that client names one with every request.
 */
export const readAsJson: MiddlewareHandler<Env> = async (c, next) => {
  const { method, path, raw } = c.req;
  if (HAS_BODY.has(method) && !TAKES_DOCUMENTS.test(path)) {
    const type = c.req.header("content-type");
    // workerd gives a stream for a body of no bytes too.
    const empty = raw.body === null || c.req.header("content-length") === "0";
    const asItIs = type === undefined ? empty : !empty && IS_JSON.test(type);
    if (!asItIs) {
      const headers = new Headers(raw.headers);
      if (empty) headers.delete("content-type");
      else headers.set("content-type", "application/json");
      c.req.raw = new Request(raw, { headers });
    }
  }
  await next();
};
