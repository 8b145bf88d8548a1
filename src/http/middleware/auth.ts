import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { recordKeyUse } from "../../accounts/keys/key-use.ts";
import { authenticate } from "../../accounts/login/authenticate.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { accessOf } from "./permissions.ts";

/**
 * Authenticates every request under /api: sets `actor` and `versions`. The token comes from `Authorization: Bearer` and, but for
 * one stream, only from there, so that none stays in a log or a browser's history. A route that declares itself `open` needs no
 * token; one that declares nothing is refused with 403 (deny by default); an unknown path needs one, so that its 404 reveals nothing.
 * Fails with `auth.required`, `auth.invalid_token`; both carry `WWW-Authenticate` (RFC 6750).
 */
export const authenticated: MiddlewareHandler<Env> = async (c, next) => {
  const access = accessOf(c);
  if (access === "open") return next();
  const token = bearerOf(c);
  const { actor, versions } = await authenticate(c.var.ports, token).catch((error) => {
    if (error instanceof Failed && error.failure.code === "auth.invalid_token")
      c.header("www-authenticate", 'Bearer error="invalid_token"');
    throw error;
  });
  recordKeyUse(c.var.ports, actor);
  c.set("actor", actor);
  c.set("versions", versions);
  if (access === "undeclared") {
    c.var.ports.log("error", "route.undeclared", { method: c.req.method });
    throw new HTTPException(403);
  }
  await next();
};

/** The route that also takes the token as `?token=`, because a browser's EventSource cannot send an Authorization header. */
export const STREAM_PATH = "/api/notifications/stream";

/** The token of `Authorization: Bearer`, or on STREAM_PATH of `?token=`. Fails with `auth.required`. */
export function bearerOf(c: Context<Env>): string {
  const header = /^bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const token = header ?? (c.req.path === STREAM_PATH ? c.req.query("token") : undefined);
  if (token !== undefined) return token;
  c.header("www-authenticate", "Bearer");
  throw new Failed<AccountsFailure>({ code: "auth.required" });
}
