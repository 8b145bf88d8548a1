import { OpenAPIHono } from "@hono/zod-openapi";
import { trusted } from "../../lib/cast.ts";
import { exactNumber } from "../../lib/exact-number.ts";
import type { Dispatch, Env } from "../env.ts";
import { invalidRequest } from "../invalid-request.ts";
import { readJsonBodies } from "../middleware/json-body.ts";
import { httpProblem, toProblem } from "../problem.ts";

type Routes = Parameters<typeof readJsonBodies>[0];

/** What an inner request carries in place of bindings: the variables of the request that asks. */
interface Carried {
  readonly vars: Env["Variables"];
}

/**
 * Asks the routes of this service from within a request, in the name of its caller: the route's own permission, validation,
 * handler and problems, and no second authentication, limit or deadline. `add` adds the routes; it is called at the first use.
 */
export function innerDispatch(routes: Routes, add: (app: OpenAPIHono<Env>) => void): Dispatch {
  let made: OpenAPIHono<Env> | undefined;
  return async ({ method, path, body }, vars) => {
    made ??= innerApp(routes, add);
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const request = new Request(`http://inner${path}`, { method, ...init });
    const carried: Carried = { vars };
    const response = await made.fetch(request, trusted<Env["Bindings"]>(carried));
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : exactJson(text) };
  };
}

function innerApp(routes: Routes, add: (app: OpenAPIHono<Env>) => void): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({
    defaultHook: (result, c) =>
      result.success ? undefined : invalidRequest(c, result.target, result.error),
  });
  app.onError(toProblem);
  app.notFound((c) => httpProblem(c, 404));
  app.use((c, next) => {
    const { vars } = trusted<Carried>(c.env);
    for (const name of ["ports", "request", "signal", "requestId", "actor", "versions"] as const)
      c.set(name, vars[name]);
    c.set("dispatch", vars.dispatch);
    return next();
  });
  app.use(readJsonBodies(routes));
  add(app);
  return app;
}

/** Parses JSON of our own answers; a number that a double would change keeps its digits. */
export const exactJson = (text: string): unknown =>
  trusted<(text: string, reviver: Reviver) => unknown>(JSON.parse)(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source
      ? exactNumber(source)
      : value,
  );

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A value as one segment of a path; `*` would be the pattern of a middleware. */
export const segment = (value: string): string => encodeURIComponent(value).replaceAll("*", "%2A");
