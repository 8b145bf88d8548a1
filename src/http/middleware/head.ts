import type { MiddlewareHandler } from "hono";
import type { Env } from "../env.ts";

/** Types of answers that are complete in memory; every other answer is a stream that must be cancelled. */
const IN_MEMORY = /^(?:application\/(?:problem\+)?(?:json|xml)|text\/plain)\b/;

/**
 * Answers HEAD as GET without the body (RFC 9110, 9.3.2). hono runs the GET handler and drops its body, so that an open
 * stream would never be read or cancelled: it is cancelled here and releases its resources. An answer that is complete in
 * memory gets its Content-Length (8.6: that of GET, or none).
 */
export const answerHead: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  if (c.req.method !== "HEAD" || c.res.body === null) return;
  const headers = new Headers(c.res.headers);
  if (!headers.has("content-length") && IN_MEMORY.test(headers.get("content-type") ?? ""))
    headers.set("content-length", String((await c.res.arrayBuffer()).byteLength));
  else await c.res.body.cancel();
  c.res = new Response(null, { status: c.res.status, headers });
};
