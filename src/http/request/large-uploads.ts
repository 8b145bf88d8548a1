import type { Context } from "hono";
import { storeZip } from "../../ingest/batch/archive.ts";
import { BATCH_LIMITS, type BatchLimits } from "../../ingest/upload/limits.ts";
import type { SentFile } from "../../ingest/upload/unpack.ts";
import type { IngestFailure } from "../../ingest/verdict/failures.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";
import { withDeadlinePaused } from "../middleware/deadline.ts";
import { largeZipStream } from "./upload-body.ts";

/** The limits of a batch inside one request: lower than BATCH where the runtime has less memory (Workers). */
export function limitsOf({ inRequest }: Pick<Ports, "inRequest">): BatchLimits {
  if (inRequest === undefined) return BATCH_LIMITS;
  return { ...BATCH_LIMITS, documents: inRequest.documents, sentBytes: inRequest.bytes };
}

/**
 * Streams a ZIP that is too large for a request's memory to the blob store. Returns the id of its job, which the caller is
 * to create; null when the upload fits into the request. Fails with `batch.too_large`.
 */
export async function storeLargeZip(c: Context<Env>): Promise<string | null> {
  const { ports, actor, signal } = c.var;
  if (ports.inRequest === undefined) return null;
  const body = largeZipStream(c, ports.inRequest.bytes);
  if (body === null) return null;
  return withDeadlinePaused(c, () => storeZip(ports, actor.company, body, signal));
}

/**
 * Stores a ZIP that fits into memory but holds more documents than a request may process (`error`, thrown by `unpack`).
 * Returns the id of its job, which the caller creates; null for any other error.
 */
export async function storeFullZip(
  c: Context<Env>,
  sent: readonly SentFile[],
  error: unknown,
): Promise<string | null> {
  const { ports, actor, signal } = c.var;
  if (ports.inRequest === undefined || !(error instanceof Failed)) return null;
  // unpack throws failures of no other part.
  const failure = trusted<IngestFailure>(error.failure);
  const [body, second] = sent;
  if (failure.code !== "batch.too_large" || failure.what !== "documents") return null;
  if (body === undefined || body.name !== null || second !== undefined) return null;
  return storeZip(ports, actor.company, new Uint8Array(await body.blob.arrayBuffer()), signal);
}
