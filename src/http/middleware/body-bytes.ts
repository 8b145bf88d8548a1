import type { Context } from "hono";
import { joinedBytes } from "../../lib/bytes.ts";
import type { Env } from "../env.ts";
import { reserveBodyBytes } from "./in-flight-limits.ts";

/** Bodies up to this size are read in one call: an incomplete one occupies little memory. */
const SMALL_BODY_BYTES = 65_536;

/** The number of a Content-Length header; null when it is absent (a chunked body) or not decimal digits. */
export function declaredBytes(headers: Pick<Headers, "get">): number | null {
  const text = headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * Reads a body of at most `maxBytes`, unchanged. A larger declared length is refused before a byte is read; without one the
 * bytes are counted as they arrive and reading stops at the first byte over the limit. In both cases it throws `over()`.
 * Bytes that arrived are counted as memory until the answer begins (`reserveBodyBytes`); a declared length is not.
 * Fails with `overloaded`, `share_exceeded`.
 */
export async function readBodyBytes(
  c: Context<Env>,
  maxBytes: number,
  over: (bytes?: number) => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = c.req.raw;
  const declared = declaredBytes(headers);
  if (declared !== null && declared > maxBytes) throw over(declared);
  if (body === null) return new Uint8Array();
  if (declared !== null && declared <= SMALL_BODY_BYTES) {
    const bytes = new Uint8Array(await c.req.raw.arrayBuffer());
    reserveBodyBytes(c, bytes.length);
    if (bytes.length > maxBytes) throw over(bytes.length);
    return bytes;
  }
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  const signal = c.get("signal");
  signal?.addEventListener("abort", cancel, { once: true });
  const chunks: Uint8Array[] = [];
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return joinedBytes(chunks);
      read += value.byteLength;
      if (read > maxBytes) throw over();
      reserveBodyBytes(c, value.byteLength);
      chunks.push(value);
    }
  } catch (error) {
    cancel();
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}
