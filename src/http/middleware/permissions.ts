import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AccountsFailure } from "../../accounts/failures.ts";
import { may, type Permission } from "../../accounts/roles.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";

/** What a route declares: the permission that its caller needs, or that no token is needed. */
export type RouteAccess = Permission | "open";

/** Where what a route shows and changes is stored: in the company's home, or with the people in the first database. */
export type RoutePlace = "home" | "people";

/** The guard middlewares and what each declares; middleware/auth.ts looks a matched route's up here. */
const guards = new WeakMap<object, RouteAccess>();
const ofPeople = new WeakSet<object>();
const readsNamed = new WeakSet<object>();

/**
 * Requires a permission of the caller inside a handler, where a part of the request needs more than its route does. An API
 * key never has `self`: it would change the password or the sessions of the user who created it. Fails with `auth.forbidden`.
 */
export function requirePermission(c: Pick<Context<Env>, "get">, permission: Permission): void {
  const { role, keyId } = c.get("actor");
  if (!may(role, permission) || (permission === "self" && keyId !== undefined))
    throw new Failed<AccountsFailure>({ code: "auth.forbidden", permission, role });
}

/**
 * The permission of a route, spread into its declaration: `createRoute({ method, path, ...requires("operate"), … })`. Its
 * guard runs before the request is validated; the OpenAPI document shows it as `x-permission`. `place`: of the data where
 * companies live in several databases. Fails with `auth.forbidden`.
 */
export function requires<P extends Permission>(permission: P, place: RoutePlace = "home") {
  const middleware: MiddlewareHandler<Env> = async (c, next) => {
    requirePermission(c, permission);
    await next();
  };
  guards.set(middleware, permission);
  if (place === "people") ofPeople.add(middleware);
  return { middleware, security: [{ bearer: [] }], "x-permission": permission };
}

/**
 * As `requires("read")`, for a route that a browser's session may also ask for another company of its person (`?company=`, in
 * the route's query as CompanyNamed). Its answer must depend on the company through `actor`, `versions` and `ports` alone.
 */
export function requiresReadOfNamed() {
  const declared = requires("read");
  readsNamed.add(declared.middleware);
  return declared;
}

const pass: MiddlewareHandler<Env> = (_, next) => next();
guards.set(pass, "open");

/** Spread into the few routes that need no token: health and login. test/http/middleware/every-route.test.ts lists them. */
export const open = { middleware: pass, security: [], "x-permission": "open" as const };

/**
 * What the route that will answer this request declares: the first guard among its matched handlers; `undeclared` when a
 * handler comes before any guard (a middleware has two parameters, a handler one); `unrouted` when no route matches.
 */
export function accessOf(c: Context<Env>): RouteAccess | "undeclared" | "unrouted" {
  for (const { handler } of matchedRoutes(c)) {
    const access = guards.get(handler);
    if (access !== undefined) return access;
    if (handler.length < 2) return "undeclared";
  }
  return "unrouted";
}

/** Where the data of the route that will answer this request is stored. */
export const placeOf = (c: Context<Env>): RoutePlace =>
  matchedRoutes(c).some(({ handler }) => ofPeople.has(handler)) ? "people" : "home";

/** Whether the route that will answer this request reads the company that `?company=` names. */
export const readsNamedCompany = (c: Context<Env>): boolean =>
  matchedRoutes(c).some(({ handler }) => readsNamed.has(handler));
