import type { MiddlewareHandler } from "hono";
import type { Env } from "../env.ts";

/** Answers that a handler has in memory as a whole; everything else is a stream that somebody must end. */
const WHOLE = /^(?:application\/(?:problem\+)?(?:json|xml)|text\/plain)\b/;

/**
 * HEAD is answered as GET is, without the body (RFC 9110, 9.3.2): hono runs the handler and drops what it gave, and nobody
 * would ever read or cancel a stream that was opened. So a stream is ended here, and gives back what it has taken; of what is
 * in memory the length is told (8.6: that of GET, or none).
 */
export const answerHead: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  if (c.req.method !== "HEAD" || c.res.body === null) return;
  const headers = new Headers(c.res.headers);
  if (!headers.has("content-length") && WHOLE.test(headers.get("content-type") ?? ""))
    headers.set("content-length", String((await c.res.arrayBuffer()).byteLength));
  else await c.res.body.cancel();
  c.res = new Response(null, { status: c.res.status, headers });
};
