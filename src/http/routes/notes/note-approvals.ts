import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { approveMany, MOST_APPROVED } from "../../../ingest/approve/approve-many.ts";
import { enqueueApprovals } from "../../../ingest/batch/approval-job.ts";
import { readyNotesOf } from "../../../ingest/batch/ready-notes.ts";
import { findJob } from "../../../journal/jobs.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { AccessKeyParam, Flag, jsonBody, responses } from "../../schemas.ts";
import { ApprovalsSchema, approvalLine, approvalSummary } from "../../views/approval-view.ts";
import { JobMadeSchema } from "../../views/job-view.ts";

const ApprovalsBody = z.union(
  [
    z.strictObject({
      access_keys: z.array(AccessKeyParam.shape.access_key).min(1).max(MOST_APPROVED),
    }),
    z.strictObject({ job_id: z.string().max(100), only: z.literal("ready") }),
  ],
  {
    error: `deve ter access_keys (de 1 a ${MOST_APPROVED} chaves de acesso), ou job_id com only: "ready", e nada mais`,
  },
);

const approvalsRoute = createRoute({
  method: "post",
  path: "/api/nfes/process",
  operationId: "processNfes",
  tags: ["nfe"],
  summary: "Aprova várias notas sem pendências, cada uma em sua gravação",
  ...requires("operate"),
  request: {
    body: jsonBody(ApprovalsBody),
    query: z.object({
      async: Flag.optional().openapi({
        description: "true: responde 202 já, e o andamento está em Location",
      }),
    }),
  },
  responses: {
    ...responses(200, ApprovalsSchema, "O resultado de cada nota"),
    ...responses(202, JobMadeSchema, "async=true: o andamento está em Location"),
  },
});

const postApprovals = defineOpenAPIRoute<typeof approvalsRoute, Env>({
  route: approvalsRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const accepted = (job_id: string) =>
      c.json({ job_id }, 202, { location: `/api/jobs/${job_id}` });
    const { resumed } = c.var;
    if (resumed?.entity === "job" && resumed.id !== null) return accepted(resumed.id);
    const body = c.req.valid("json");
    let keys: readonly string[];
    if ("access_keys" in body) keys = [...new Set(body.access_keys)];
    else {
      const job = await findJob(ports, actor.company, body.job_id, signal);
      keys = await readyNotesOf(ports, actor.company, job.id, signal);
    }
    if (c.req.valid("query").async === true) {
      const job_id = await enqueueApprovals(ports, keys, { cause: causeOf(c), signal });
      return accepted(job_id);
    }
    const onlyWaiting = resumed !== undefined;
    const results = await approveMany(ports, keys, { cause: causeOf(c), signal, onlyWaiting });
    const lines = results.map(approvalLine);
    return c.json({ summary: approvalSummary(lines), results: lines }, 200);
  },
});

export const noteApprovalRoutes = [postApprovals] as const;
