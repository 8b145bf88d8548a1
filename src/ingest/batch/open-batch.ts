import { insertJob, jobExists, type NewJob } from "../../journal/jobs.ts";
import { audit } from "../../journal/record.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import { batchParamsOf } from "./batch-params.ts";

/**
 * The job of a batch, a mail or an approval and its audit line with `detail`. The first statement returns a row only when the job was
 * inserted (`requireInserted`): the company has fewer than MAX_OPEN_JOBS, and `onlyIf` selects a row.
 */
export function openBatch(
  ports: Pick<Ports, "trace">,
  { id, kind, total, createdAt: at }: Pick<NewJob, "id" | "kind" | "total" | "createdAt">,
  { cause, approve }: Pick<RegisterOptions, "cause" | "approve">,
  detail: Record<string, unknown>,
  onlyIf?: Guard,
): Statement[] {
  const { company, userId } = cause.actor;
  return [
    insertJob(
      {
        company,
        id,
        kind,
        total,
        params: batchParamsOf(cause, approve),
        traceParent: ports.trace.parent,
        createdBy: userId,
        createdAt: at,
      },
      onlyIf,
    ),
    audit(cause, at, { action: "nfe.enqueue", entity: "job", id, detail }, jobExists(company, id)),
  ];
}
