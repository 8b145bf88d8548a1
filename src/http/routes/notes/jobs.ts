import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { EXPORT_JOB } from "../../../export/files/exports.ts";
import { ARCHIVE_JOB } from "../../../ingest/batch/archive.ts";
import { itemsPage, progressOf } from "../../../ingest/batch/job-items.ts";
import { replayBatch } from "../../../ingest/batch/replay.ts";
import {
  findJob,
  hasItems,
  JOB_KINDS,
  JOB_STATES,
  jobsBefore,
  listJobs,
} from "../../../journal/jobs.ts";
import { replayOneMessageJob } from "../../../journal/one-message-jobs.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import {
  elementOf,
  JobPosition,
  listOf,
  listQuery,
  readPage,
  withFields,
} from "../../request/list-page.ts";
import { offsetOf, PageQuery, paged, responses, wholeNumber } from "../../schemas.ts";
import { itemLines, JobSchema, JobSummarySchema, jobSummary } from "../../views/job-view.ts";

const JobParam = z.object({ id: z.string().max(64) });

const listRoute = createRoute({
  method: "get",
  path: "/api/jobs",
  operationId: "listJobs",
  tags: ["jobs"],
  summary: "Lista os processamentos em segundo plano, do mais novo ao mais antigo",
  ...requires("read"),
  request: {
    query: listQuery(JobPosition, JobSummarySchema).extend({
      kind: z.enum(JOB_KINDS).optional(),
      state: z.enum(JOB_STATES).optional(),
    }),
  },
  responses: responses(
    200,
    listOf(elementOf(JobSummarySchema, "JobFields")),
    "Uma página de processamentos",
  ),
});

const getJobs = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    const { signal } = c.var;
    const { rows, pagination } = await readPage(query, {
      async numbered(page) {
        const { jobs, total } = await listJobs(ports, actor.company, query, page, signal);
        return { rows: jobs, total };
      },
      after: ({ limit, after }) =>
        jobsBefore(ports, actor.company, query, { limit, before: after?.[1] ?? null }, signal),
      positionOf: ({ id }): z.infer<typeof JobPosition> => ["j", id],
    });
    return c.json({ data: withFields(rows.map(jobSummary), query.fields), pagination }, 200);
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/api/jobs/{id}",
  operationId: "getJob",
  tags: ["jobs"],
  summary:
    "Mostra o andamento de um processamento e o resultado de cada documento, na ordem enviada",
  ...requires("read"),
  request: {
    params: JobParam,
    query: PageQuery.extend({
      after: wholeNumber(0).optional().openapi({
        description: "Só os documentos depois desta posição, em vez de page",
      }),
    }),
  },
  responses: responses(200, JobSchema, "O processamento, com uma página de resultados"),
});

/** A page by its number, or what follows a position: positions begin at 0 and have no gaps. */
const itemsAsked = ({
  after,
  ...query
}: z.infer<typeof PageQuery> & { after?: number | undefined }) =>
  after === undefined ? offsetOf(query) : { limit: query.limit, offset: after + 1 };

const getJob = defineOpenAPIRoute<typeof getRoute, Env>({
  route: getRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const query = c.req.valid("query");
    const { signal } = c.var;
    const job = await findJob(ports, actor.company, c.req.valid("param").id, signal);
    const [{ parked, summary }, items] = await Promise.all([
      progressOf(ports, job, signal),
      itemsPage(ports, actor.company, job.id, itemsAsked(query), signal),
    ]);
    const total = hasItems(job.kind) ? (job.total ?? 0) : 0;
    const { data: results, pagination } = paged(items.flatMap(itemLines), query, total);
    const batch = { parked, summary: hasItems(job.kind) ? { ...summary } : (job.summary ?? {}) };
    const { failure } = job;
    return c.json({ ...jobSummary(job), ...batch, failure, results, pagination }, 200);
  },
});

const replayRoute = createRoute({
  method: "post",
  path: "/api/jobs/{id}/replay",
  operationId: "replayJob",
  tags: ["jobs"],
  summary: "Processa de novo os documentos que falharam até a última tentativa",
  ...requires("manage"),
  request: { params: JobParam },
  responses: responses(202, z.object({ job_id: z.string(), replayed: z.int() }), "De volta à fila"),
});

const postReplay = defineOpenAPIRoute<typeof replayRoute, Env>({
  route: replayRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const job = await findJob(ports, actor.company, c.req.valid("param").id, c.var.signal);
    const definition = hasItems(job.kind) ? ARCHIVE_JOB : EXPORT_JOB;
    const replayed =
      hasItems(job.kind) && job.blob === null
        ? await replayBatch(ports, job.id, causeOf(c))
        : await replayOneMessageJob(ports, definition, job.id, causeOf(c));
    return c.json({ job_id: job.id, replayed }, 202, { location: `/api/jobs/${job.id}` });
  },
});

export const jobRoutes = [getJobs, getJob, postReplay] as const;
