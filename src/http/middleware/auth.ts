import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { authenticate } from "../../accounts/authenticate.ts";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { recordKeyUse } from "../../accounts/key-use.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { accessOf } from "./permissions.ts";

/**
 * Stands before everything under /api: sets `actor` from `Authorization: Bearer`, and (but for one stream) only from
 * there, so that no token ends in a log or a history. A route that declares itself `open` passes; one that declares nothing
 * is refused with 403 whoever asks (deny by default). An unknown path asks for a token too: strangers learn nothing.
 * Fails with `auth.required`, `auth.invalid_token`; both carry `WWW-Authenticate` (RFC 6750).
 */
export const authenticated: MiddlewareHandler<Env> = async (c, next) => {
  const asked = accessOf(c);
  if (asked === "open") return next();
  const token = bearerOf(c);
  const { actor, settingsVersion } = await authenticate(c.var.ports, token).catch((error) => {
    if (error instanceof Failed && error.failure.code === "auth.invalid_token")
      c.header("www-authenticate", 'Bearer error="invalid_token"');
    throw error;
  });
  recordKeyUse(c.var.ports, actor);
  c.set("actor", actor);
  c.set("settingsVersion", settingsVersion);
  if (asked === "undeclared") {
    c.var.ports.log("error", "route.undeclared", { method: c.req.method });
    throw new HTTPException(403);
  }
  await next();
};

/** EventSource sends no headers of ours, so its stream takes the token from the address (api.md, ground rules). */
export const STREAM_PATH = "/api/notifications/stream";

/** The token of `Authorization: Bearer`; for the stream of events also of `?token=`. Fails with `auth.required`. */
export function bearerOf(c: Context<Env>): string {
  const header = /^bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const token = header ?? (c.req.path === STREAM_PATH ? c.req.query("token") : undefined);
  if (token !== undefined) return token;
  c.header("www-authenticate", "Bearer");
  throw new Failed<AccountsFailure>({ code: "auth.required" });
}
