import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { may, type Permission } from "../../accounts/roles.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";

/** What a route declares: a permission of the matrix, or that everybody may call it. */
export type RouteAccess = Permission | "open";

/** The guards that exist, so that http/auth.ts can see whether a matched route has one. */
const guards = new WeakMap<object, RouteAccess>();

/**
 * For a part of a request that asks for more than its route does. An API key has no session and no password of its own:
 * what is `self` is never its, lest it end those of the user who made it. Fails with `auth.forbidden`.
 */
export function requirePermission(c: { var: Env["Variables"] }, permission: Permission): void {
  const { role, keyId } = c.var.actor;
  if (!may(role, permission) || (permission === "self" && keyId !== undefined))
    throw new Failed<AccountsFailure>({ code: "auth.forbidden", permission, role });
}

/**
 * Spread into `createRoute`: `createRoute({ method, path, ...asks("operate"), … })`. The guard runs before the request
 * is validated; the OpenAPI document carries `x-permission`. Fails with `auth.forbidden`.
 */
export function requires<P extends Permission>(permission: P) {
  const middleware: MiddlewareHandler<Env> = async (c, next) => {
    requirePermission(c, permission);
    await next();
  };
  guards.set(middleware, permission);
  return { middleware, security: [{ bearer: [] }], "x-permission": permission };
}

const pass: MiddlewareHandler<Env> = (_, next) => next();
guards.set(pass, "open");

/** Spread into the few routes that take no token: health and login. A test holds their list. */
export const open = { middleware: pass, security: [], "x-permission": "open" as const };

/**
 * What the route that will answer this request asks for. The chain is walked in order up to the first guard or the
 * first handler (hono's own distinction: a middleware takes two parameters); a handler before any guard is `undeclared`.
 */
export function accessOf(c: Context<Env>): RouteAccess | "undeclared" | "unrouted" {
  for (const { handler } of matchedRoutes(c)) {
    const asked = guards.get(handler);
    if (asked !== undefined) return asked;
    if (handler.length < 2) return "undeclared";
  }
  return "unrouted";
}
