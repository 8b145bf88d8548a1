import { z } from "@hono/zod-openapi";
import type { JobItem } from "../../ingest/batch/job-items.ts";
import { JOB_KINDS, JOB_STATES, type Job } from "../../journal/jobs.ts";
import { instant, instantOrNull } from "../numbers.ts";
import { Pagination, ProblemCode } from "../schemas.ts";
import { ApprovalLineSchema, approvalLine } from "./approval-view.ts";
import { BatchLineSchema, batchLine } from "./batch-view.ts";

export const JobSummarySchema = z
  .object({
    id: z.string(),
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    total: z.int().nullable().openapi({ description: "Documentos do lote, ou linhas estimadas" }),
    done: z.int(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
    expires_at: z.iso.datetime().nullable(),
    created_by: z.int(),
  })
  .openapi("JobSummary");

export const JobMadeSchema = z.object({ job_id: z.string() }).openapi("JobMade");

/** A document without a result: it waits, or all its attempts have failed (`parked`). */
const OpenLineSchema = z.object({
  position: z.int(),
  file: z.string(),
  outcome: z.enum(["waiting", "parked"]),
  code: ProblemCode.optional(),
});

export const JobSchema = JobSummarySchema.extend({
  parked: z.int().openapi({ description: "Documentos com falha, que aguardam POST /replay" }),
  summary: z.record(z.string(), z.int()),
  failure: z.object({ code: ProblemCode }).nullable(),
  results: z.array(
    z.union([
      BatchLineSchema.extend({ position: z.int() }),
      ApprovalLineSchema.extend({ position: z.int(), file: z.string() }),
      OpenLineSchema,
    ]),
  ),
  pagination: Pagination,
}).openapi("Job");

export const jobSummary = (job: Job): z.infer<typeof JobSummarySchema> => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  total: job.total,
  done: job.done,
  created_at: instant(job.createdAt),
  started_at: instantOrNull(job.startedAt),
  finished_at: instantOrNull(job.finishedAt),
  expires_at: instantOrNull(job.expiresAt),
  created_by: job.createdBy,
});

/** The lines of one document, or of one note to approve (`file`: its access key): one for each result, or one that says that it waits or is parked. */
export function itemLines(item: JobItem): z.infer<typeof JobSchema>["results"] {
  const { position, file, state, reason } = item;
  const lines: z.infer<typeof JobSchema>["results"] = item.results.map((result) => ({
    position,
    ...("note" in result || "file" in result
      ? batchLine(result)
      : { file, ...approvalLine(result) }),
  }));
  if (state === "received") lines.push({ position, file, outcome: "waiting" });
  if (state === "parked")
    lines.push({ position, file, outcome: "parked", code: reason ?? "unknown" });
  return lines;
}
