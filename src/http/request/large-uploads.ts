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

/** What one request may carry, where the runtime allows less than a batch may have. */
export function limitsOf({ inRequest }: Pick<Ports, "inRequest">): BatchLimits {
  if (inRequest === undefined) return BATCH_LIMITS;
  return { ...BATCH_LIMITS, documents: inRequest.documents, sentBytes: inRequest.bytes };
}

/**
 * Streams a ZIP that no request may hold to the blob store, and gives the id of its job, which is to be made; null for what
 * may be taken in the request. Fails with `batch.too_large`.
 */
export async function storeLargeZip(c: Context<Env>): Promise<string | null> {
  const { ports, actor, signal } = c.var;
  if (ports.inRequest === undefined) return null;
  const body = largeZipStream(c, ports.inRequest.bytes);
  if (body === null) return null;
  return withDeadlinePaused(c, () => storeZip(ports, actor.company, body, signal));
}

/** The same for a small ZIP that has turned out to hold more documents than a request may; null where `error` says else. */
export async function storeFullZip(
  c: Context<Env>,
  sent: readonly SentFile[],
  error: unknown,
): Promise<string | null> {
  const { ports, actor, signal } = c.var;
  if (ports.inRequest === undefined || !(error instanceof Failed)) return null;
  // unpack throws no other.
  const failure = trusted<IngestFailure>(error.failure);
  const [body, second] = sent;
  if (failure.code !== "batch.too_large" || failure.what !== "documents") return null;
  if (body === undefined || body.name !== null || second !== undefined) return null;
  return storeZip(ports, actor.company, new Uint8Array(await body.blob.arrayBuffer()), signal);
}
