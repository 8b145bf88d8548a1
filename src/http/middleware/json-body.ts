import type { RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { matchedRoutes } from "hono/route";
import type { JsonFault, RequestFailure } from "../../failures.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { invalidFields } from "../invalid-request.ts";
import { readStrictJson } from "../strict-json.ts";
import { declaredBytes, readBodyBytes } from "./body-bytes.ts";
import { accessOf, requirePermission } from "./permissions.ts";

const JSON_BYTES = 1024 * 1024;

/** Routes whose bodies are documents or files; request/upload-body.ts and csv-body.ts limit those. */
const TAKES_DOCUMENTS =
  /^\/api\/(?:nfe\/(?:upload|batch)|supplier-items\/import|sefaz\/calls\/[^/]+\/answer)$/;

/** Refuses a body that declares more than 1 MiB before it is read, on every route that takes no documents. */
export const limitJsonBody: MiddlewareHandler<Env> = (c, next) => {
  const declared = declaredBytes(c.req.raw.headers) ?? 0;
  if (declared > JSON_BYTES && !TAKES_DOCUMENTS.test(c.req.path)) throw tooLarge();
  return next();
};

const tooLarge = () => new HTTPException(413);

/** The part of a declared route that is needed here. */
interface DeclaredRoute {
  readonly route: Pick<RouteConfig, "method" | "request"> & { getRoutingPath(): string };
}

/**
 * Reads the body of every route that declares a JSON one, whatever its Content-Type says: the web client of S.G.E. sends
 * text/plain, or a type without a body, and .NET one with a charset. The body must be UTF-8 (RFC 8259, 8.1) and strict JSON
 * (http/strict-json.ts). The caller's permission is checked first, so that a refused caller learns nothing about the body.
 * Fails with `request.malformed_json`; a number that a double would round is an invalid field.
 */
export function readJsonBodies(routes: readonly DeclaredRoute[]): MiddlewareHandler<Env> {
  const takesJson = new Set(
    routes
      .filter(({ route }) => "application/json" in (route.request?.body?.content ?? {}))
      .map(({ route }) => `${route.method.toUpperCase()} ${route.getRoutingPath()}`),
  );
  return async (c, next) => {
    if (!matchedRoutes(c).some(({ method, path }) => takesJson.has(`${method} ${path}`)))
      return next();
    const access = accessOf(c);
    if (access !== "open" && access !== "undeclared" && access !== "unrouted")
      requirePermission(c, access);
    const bytes = await readBodyBytes(c, JSON_BYTES, tooLarge);
    const text = textOf(bytes);
    const headers = new Headers(c.req.raw.headers);
    headers.delete("content-type");
    if (bytes.length > 0) {
      const read = readStrictJson(text);
      if (!read.ok) {
        if (read.error.why !== "inexact") throw malformed(read.error);
        return invalidFields(c, true, [inexact(read.error.path)]);
      }
      headers.set("content-type", "application/json");
    }
    replaceBody(c, headers, text);
    return next();
  };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw malformed({ why: "not_utf8" });
  }
}

const malformed = (fault: Exclude<JsonFault, { why: "inexact" }> | { why: "not_utf8" }) =>
  new Failed<RequestFailure>({ code: "request.malformed_json", ...fault });

const inexact = (path: string) => ({
  path,
  code: "inexact_number",
  message: "tem mais dígitos do que um número JSON comporta; envie-o como texto",
});

function replaceBody(c: Context<Env>, headers: Headers, text: string): void {
  const { url, method } = c.req.raw;
  c.req.raw = new Request(url, { method, headers, ...(text === "" ? {} : { body: text }) });
}
