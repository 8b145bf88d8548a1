import type { MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import type { Env } from "../env.ts";

/** Below this a packet more or less is all that is gained. */
const LEAST_BYTES = 1_024;
const JSON_TYPE = /^application\/(?:problem\+)?json\b/;

/**
 * Compresses JSON of more than 1 KiB for who accepts gzip, where the runtime does not do it by itself. Left as they are: answers that
 * must not be stored, which may hold a secret beside what a caller has sent, and ETags that `If-Match` compares strongly; the ETag
 * of a cached read becomes weak, which is how it is compared.
 */
export const compressJson: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  const { gzipBytes } = c.get("ports");
  const { headers, status } = c.res;
  if (gzipBytes === undefined || status !== 200 || c.res.body === null) return;
  if (!JSON_TYPE.test(headers.get("content-type") ?? "") || headers.has("content-encoding")) return;
  if (headers.get("cache-control") === "no-store") return;
  const etag = headers.get("etag");
  if (etag !== null && !headers.has("x-cache")) return;
  const asked = c.req.header("accept-encoding") !== undefined;
  const supports = ["gzip", "identity"];
  const header = { header: "Accept-Encoding", supports, default: "identity" } as const;
  if (!asked || accepts(c, header) !== "gzip") return;
  const sent = new Headers(headers);
  const plain = new Uint8Array(await c.res.arrayBuffer());
  const small = plain.byteLength <= LEAST_BYTES;
  if (!small) {
    sent.set("content-encoding", "gzip");
    sent.append("vary", "Accept-Encoding");
    sent.delete("content-length");
    if (etag !== null) sent.set("etag", etag.replace(/^(?!W\/)/, "W/"));
  }
  c.res = undefined;
  c.res = new Response(small ? plain : await gzipBytes(plain), { status, headers: sent });
};
