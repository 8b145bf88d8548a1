import type { Context } from "hono";
import type { Env } from "../env.ts";
import { reserveBodyBytes } from "./in-flight-limits.ts";

/** Small enough to be taken at once: what may wait for its rest is little. */
const AT_ONCE_BYTES = 65_536;

/** What a Content-Length says, judged by its digits; null where there is none (a chunked body). */
export function declaredBytes(headers: Pick<Headers, "get">): number | null {
  const text = headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * A body of at most `maxBytes`, as it was sent. One that declares more is refused before a byte is read, one that declares
 * nothing is counted as it comes and let go at the first byte over the bound: then it throws what `over` gives. What has come
 * is held until the answer begins; what was only declared takes nothing. Fails with `overloaded`, `share_exceeded`.
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
  if (declared !== null && declared <= AT_ONCE_BYTES) {
    const bytes = new Uint8Array(await c.req.raw.arrayBuffer());
    reserveBodyBytes(c, bytes.length);
    if (bytes.length > maxBytes) throw over(bytes.length);
    return bytes;
  }
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => undefined);
  const { signal } = c.var;
  signal?.addEventListener("abort", leave, { once: true });
  const chunks: Uint8Array[] = [];
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return joined(chunks, read);
      read += value.byteLength;
      if (read > maxBytes) throw over();
      reserveBodyBytes(c, value.byteLength);
      chunks.push(value);
    }
  } catch (error) {
    leave();
    throw error;
  } finally {
    signal?.removeEventListener("abort", leave);
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
