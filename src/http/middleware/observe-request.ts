import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { newId } from "../../lib/id.ts";
import { withTrace } from "../../observability/with-trace.ts";
import { type Env, peerOf } from "../env.ts";
import { CLIENT_LEFT } from "../problem.ts";
import { declaredBytes } from "./body-bytes.ts";

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/**
 * Gives a request its id (the caller's `X-Request-Id` when its shape is safe in a log, otherwise a new one) and its trace (the
 * caller's `traceparent`, or a new one), and returns both in the answer. When the answer is made it writes one log line, one
 * counter and one duration: route pattern, status, code, milliseconds, bytes; never the path, the query or the body.
 */
export const observeRequest: MiddlewareHandler<Env> = async (c, next) => {
  const given = c.req.header("x-request-id");
  const requestId = given !== undefined && REQUEST_ID.test(given) ? given : newId();
  c.set("requestId", requestId);
  const ports = c.get("ports");
  const { log, meter, tracer } = ports;
  // Read at once: a runtime forgets the peer of a connection that was closed.
  const peer = peerOf(c);
  const begun = tracer.begin(c.req.method, "server", c.req.header("traceparent") ?? null);
  c.set("ports", withTrace(ports, begun.trace));
  const started = meter.seconds();
  await next();
  const seconds = meter.seconds() - started;
  const { status } = c.res;
  const [method, endpoint] = [methodOf(c), endpointOf(c)];
  const code = c.get("problemCode") ?? null;
  const actor = c.get("actor");
  // `c.header` would copy the whole answer for each.
  c.res.headers.set("x-request-id", requestId);
  c.res.headers.set("traceparent", begun.trace.parent);
  meter.count("http_requests_total", { method, endpoint, status });
  meter.observe("http_request_duration_seconds", seconds, { method, endpoint });
  if (code !== null) meter.count("http_problems_total", { code });
  log("info", status === CLIENT_LEFT ? "request.aborted" : "request", {
    request_id: requestId,
    trace_id: begun.trace.id,
    method: c.req.method,
    route: endpoint,
    status,
    code,
    ms: Math.round(seconds * 1_000),
    // The size that the client declares.
    bytes: declaredBytes(c.req.raw.headers),
    user: actor?.userId ?? null,
    company: actor?.company ?? null,
    key: actor?.keyId ?? null,
    peer,
  });
  begun.end(
    `${method} ${endpoint}`,
    {
      "http.request.method": method,
      "http.route": endpoint,
      "http.response.status_code": status,
      "sge.request_id": requestId,
      ...(actor === undefined ? {} : { "sge.user": actor.userId, "sge.company": actor.company }),
    },
    status >= 500 ? (code ?? "internal") : null,
  );
  meter.flush?.();
};

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A client may send any method; the metrics have a fixed set of labels. */
const methodOf = (c: Context): string => (METHODS.has(c.req.method) ? c.req.method : "other");

/** The pattern of the route that answers; `unknown` for every path that only middlewares match. */
function endpointOf(c: Context): string {
  const path = matchedRoutes(c).at(-1)?.path ?? "*";
  return path.endsWith("*") ? "unknown" : path;
}
