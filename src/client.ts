import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { hc } from "hono/client";
import type { routes } from "./app.ts";
import type { Env } from "./http/env.ts";

const typed = (app: OpenAPIHono<Env>, all: typeof routes) => app.openapiRoutes(all);
type SchemaOf<T> = T extends OpenAPIHono<Env, infer S> ? S : never;
/** The app's own types. A plain Hono: to compare OpenAPIHono with it, method by method, took the compiler a third of its time. */
export type App = Hono<Env, SchemaOf<ReturnType<typeof typed>>>;

/** How a client sends: with a token, over any `fetch`. */
export interface ClientOptions {
  readonly token?: string;
  readonly fetch?: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

/** A client of the API whose paths, requests and answers have the types of the app's own routes. `base`: https://host. */
export const createClient = (base: string, { token, fetch: send = fetch }: ClientOptions = {}) =>
  hc<App>(base, {
    fetch: send,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });

/** What `createClient` makes. */
export type Client = ReturnType<typeof createClient>;
