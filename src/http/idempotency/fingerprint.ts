import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { authCache } from "../../accounts/auth-cache.ts";
import type { Failure } from "../../failures.ts";
import { BATCH_LIMITS, DOCUMENT_BYTES } from "../../ingest/upload/limits.ts";
import { keyedHash, sha256 } from "../../lib/hash.ts";
import { Failed } from "../../lib/result.ts";
import { ANSWER_BYTES } from "../../sefaz/fetch/limits.ts";
import type { Env } from "../env.ts";
import { declaredBytes, readBodyBytes } from "../middleware/body-bytes.ts";
import { withDeadlinePaused } from "../middleware/deadline.ts";
import { CSV_BYTES } from "../request/csv-body.ts";
import { readForm } from "../request/multipart.ts";
import { FORM_OVERHEAD_BYTES } from "../request/upload-body.ts";

/** The most of a body without documents. */
const JSON_BYTES = 1024 * 1024;

/**
 * What makes two requests the same: method, path, query, and the SHA-256 of the body; of a form, that of each part with its
 * names, because a client makes a new boundary each time. Of a ZIP that is larger than a request may hold in memory (Workers)
 * it is the length. Keyed with the secret of the service, because it is stored and a body may hold a password or a CPF. The body can
 * be read again afterwards. A body that is larger than its route takes is refused here (`too_large`, `batch.too_large`): what
 * has no fingerprint is not carried out, because it could be carried out twice.
 */
export async function fingerprintOf(c: Context<Env>): Promise<string> {
  const { method, url } = c.req.raw;
  const { pathname, search } = new URL(url);
  const body = await bodyPrint(c, mostOf(pathname));
  const { secret } = authCache(c.var.ports);
  return keyedHash(secret, `idempotency:${JSON.stringify([method, pathname, search, body])}`);
}

interface Most {
  /** Bytes that are read. */
  readonly bytes: number;
  /** The refusal of more. */
  over(got?: number): Error;
}

function mostOf(path: string): Most {
  if (path === "/api/nfe/batch") {
    const limit = BATCH_LIMITS.sentBytes;
    return {
      bytes: limit + FORM_OVERHEAD_BYTES,
      over: (got = limit + 1) =>
        new Failed<Failure>({ code: "batch.too_large", what: "sent", limit, got }),
    };
  }
  if (path === "/api/nfe/upload") return ofFile(DOCUMENT_BYTES);
  if (path === "/api/supplier-items/import") return ofFile(CSV_BYTES);
  const bytes = /^\/api\/sefaz\/calls\/[^/]+\/answer$/.test(path) ? ANSWER_BYTES : JSON_BYTES;
  return { bytes, over: () => new HTTPException(413) };
}

const ofFile = (maxBytes: number): Most => ({
  bytes: maxBytes + FORM_OVERHEAD_BYTES,
  over: (bytes) =>
    new Failed<Failure>({
      code: "too_large",
      maxBytes,
      ...(bytes === undefined ? {} : { bytes }),
    }),
});

async function bodyPrint(c: Context<Env>, most: Most): Promise<unknown> {
  const { raw } = c.req;
  if (raw.body === null) return "";
  const declared = declaredBytes(raw.headers) ?? 0;
  if (declared > most.bytes) throw most.over(declared);
  const type = raw.headers.get("content-type") ?? "";
  const isForm = /^multipart\/form-data\b/i.test(type);
  const { inRequest } = c.var.ports;
  if (!isForm && inRequest !== undefined && declared > inRequest.bytes) return declared;
  const bytes = await withDeadlinePaused(c, () => readBodyBytes(c, most.bytes, most.over));
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
