import type { UserCause } from "../../accounts/actor.ts";
import { findJob, type Job } from "../../journal/jobs.ts";
import type { OneMessageJob } from "../../journal/one-message-jobs.ts";
import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { ExportFailure } from "../failures.ts";
import type { ExportParams } from "./request-export.ts";

/** How long the file of an export is kept, and its job where there is no file. */
export const EXPORT_KEPT_MS = 7 * 86_400_000;

/** An export: its job, and what the client asked for. */
export interface Export {
  readonly job: Job;
  readonly params: ExportParams;
}

/** Fails with `export.not_found`, also where the job is no export or has expired. */
export async function findExport(
  ports: Pick<Ports, "reader" | "clock">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<Export> {
  const job = await findJob(ports, company, id, signal).catch((error) => {
    if (error instanceof Failed && error.failure.code === "job.not_found") return null;
    throw error;
  });
  const over = job?.expiresAt != null && job.expiresAt <= ports.clock.now();
  if (job === null || job.kind !== "export" || over)
    throw new Failed<ExportFailure>({ code: "export.not_found", id });
  // request-export.ts has written it.
  return { job, params: trusted<ExportParams>(job.params) };
}

/** The whole file, or a part of it. Fails with `export.not_ready`, and with PlatformFailure `file.damaged`. */
export async function openFile(
  ports: Pick<Ports, "blobs">,
  { id, state, blob, bytes }: Job,
  range?: { readonly offset: number; readonly length: number },
): Promise<ReadableStream<Uint8Array>> {
  const found = state === "done" && blob !== null ? await ports.blobs.get(blob, range) : null;
  if (found === null || blob === null)
    throw new Failed<ExportFailure>({ code: "export.not_ready", id, state });
  if (bytes !== null && found.size !== bytes) {
    await found.body.cancel();
    throw new Failed<PlatformFailure>({ code: "file.damaged", file: blob });
  }
  return found.body;
}

/** Cancels an export that waits or is being written, and deletes the file of one that is done. Idempotent. */
export async function cancelExport(
  ports: Pick<Ports, "writer" | "blobs" | "clock">,
  { id, state }: Job,
  cause: UserCause,
): Promise<void> {
  if (state === "cancelled") return;
  const { company } = cause.actor;
  const at = ports.clock.now();
  // The audit line has the guard of the update and comes before it: of two at the same time only one writes a line.
  const cancellable = "company = ?1 and id = ?2 and kind = 'export' and state <> 'cancelled'";
  const blob = await ports.writer.commit({
    statements: [
      audit(
        cause,
        at,
        { action: "export.cancel", entity: "job", id, detail: { state } },
        { sql: `select 1 from jobs where ${cancellable}`, args: [company, id] },
      ),
      {
        sql: `update jobs set state = 'cancelled', finished_at = coalesce(finished_at, ?3),
            expires_at = coalesce(expires_at, ?3 + ?4), updated_at = ?3
          where ${cancellable} returning blob`,
        args: [company, id, at, EXPORT_KEPT_MS],
      },
    ],
    read: ([, row]) => row?.[0]?.blob ?? null,
  });
  if (blob !== null) await ports.blobs.delete(String(blob));
}

/** An export is one file, written by one message. */
export const EXPORT_JOB: OneMessageJob = {
  kind: "export",
  condition: "kind = 'export'",
  messageKind: "export",
  keptMs: EXPORT_KEPT_MS,
};
