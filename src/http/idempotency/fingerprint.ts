import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { authCache } from "../../accounts/auth-cache.ts";
import { BATCH_LIMITS, DOCUMENT_BYTES } from "../../ingest/upload/limits.ts";
import { keyedHash, sha256 } from "../../lib/hash.ts";
import { ANSWER_BYTES } from "../../sefaz/fetch/limits.ts";
import type { Env } from "../env.ts";
import { declaredBytes, readBodyBytes } from "../middleware/body-bytes.ts";
import { withDeadlinePaused } from "../middleware/deadline.ts";
import { readForm } from "../request/multipart.ts";

/** Bytes that a form may add to its files, and the most of a body without documents. */
const FORM_OVERHEAD_BYTES = 65_536;
const JSON_BYTES = 1024 * 1024;

/**
 * What makes two requests the same: method, path, query, and the SHA-256 of the body; of a form, that of each part with its
 * names, because a client makes a new boundary each time. Of a ZIP that is larger than a request may hold in memory (Workers)
 * it is the length. Keyed with the secret of the service, because it is stored and a body may hold a password or a CPF. The body can
 * be read again afterwards. Null: the body is larger than its route takes; the route refuses it.
 */
export async function fingerprintOf(c: Context<Env>): Promise<string | null> {
  const { method, url } = c.req.raw;
  const { pathname, search } = new URL(url);
  const body = await bodyPrint(c, mostOf(pathname));
  if (body === null) return null;
  const { secret } = authCache(c.var.ports);
  return keyedHash(secret, `idempotency:${JSON.stringify([method, pathname, search, body])}`);
}

function mostOf(path: string): number {
  if (path === "/api/nfe/batch") return BATCH_LIMITS.sentBytes + FORM_OVERHEAD_BYTES;
  if (path === "/api/nfe/upload") return DOCUMENT_BYTES + FORM_OVERHEAD_BYTES;
  if (/^\/api\/sefaz\/calls\/[^/]+\/answer$/.test(path)) return ANSWER_BYTES;
  return JSON_BYTES;
}

async function bodyPrint(c: Context<Env>, most: number): Promise<unknown> {
  const { raw } = c.req;
  if (raw.body === null) return "";
  const declared = declaredBytes(raw.headers) ?? 0;
  if (declared > most) return null;
  const type = raw.headers.get("content-type") ?? "";
  const isForm = /^multipart\/form-data\b/i.test(type);
  const { inRequest } = c.var.ports;
  if (!isForm && inRequest !== undefined && declared > inRequest.bytes) return declared;
  const bytes = await withDeadlinePaused(c, () =>
    readBodyBytes(c, most, () => new HTTPException(413)),
  );
  const headers = new Headers(raw.headers);
  headers.set("content-length", String(bytes.length));
  c.req.raw = new Request(raw.url, { method: raw.method, headers, body: bytes });
  const form = isForm ? readForm(bytes, type) : null;
  if (form === null || !form.ok) return sha256(bytes);
  const parts: unknown[] = [];
  for (const { name, filename, bytes: part } of form.value)
    parts.push([name, filename, await sha256(part)]);
  return parts;
}
