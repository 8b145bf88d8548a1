import { setTimeout as waited } from "node:timers/promises";
import { z } from "zod";
import { readAs, type Service } from "../service/service-client.ts";

const Line = z.object({
  file: z.string(),
  outcome: z.string(),
  access_key: z.string().nullish(),
  status: z.string().nullish(),
  code: z.string().nullish(),
  message: z.string().nullish(),
  differs: z.boolean().nullish(),
  holds: z.array(z.object({ code: z.string(), message: z.string() })).default([]),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});
/** The fields of a line of an answer that are used (docs/api.md). */
export type SentLine = z.infer<typeof Line>;

/** The fields of the answer of `POST /api/nfe/batch` that are used. */
const BatchAnswer = z.object({
  summary: z.record(z.string(), z.number()),
  results: z.array(Line),
});
export type BatchAnswer = z.infer<typeof BatchAnswer>;

const Made = z.object({ job_id: z.string() });
const JobAnswer = z.object({
  state: z.enum(["queued", "running", "done", "failed"]),
  summary: z.record(z.string(), z.number()),
  failure: z.object({ code: z.string() }).nullish(),
  results: z.array(Line),
  pagination: z.object({ total_pages: z.number() }),
});

/** Waits between two looks at a job: the first and the longest; and how long a job may take in all. */
const LOOK_MS = { first: 250, most: 5_000, all: 3_600_000 };

/** What is asked of a batch; an absent `approve` is the company's setting. */
export interface BatchQuery {
  readonly approve?: boolean | undefined;
  readonly dryRun: boolean;
}

/**
 * Sends one batch and returns its results; where the service makes a job of it (a large ZIP at the edge), those of the job when it has
 * ended. Fails as `Service.ask` does, and with an Error (Portuguese) where the job fails or does not end within an hour.
 */
export async function sendBatch(
  service: Service,
  { approve, dryRun }: BatchQuery,
  form: FormData,
  signal?: AbortSignal,
): Promise<BatchAnswer> {
  const query = new URLSearchParams();
  if (approve !== undefined) query.set("approve", String(approve));
  if (dryRun) query.set("dry_run", "true");
  const path = query.size === 0 ? "/api/nfe/batch" : `/api/nfe/batch?${query}`;
  const answer = await service.ask(path, { method: "POST", body: form });
  if (answer.status !== 202) return readAs(BatchAnswer, answer);
  const { job_id } = await readAs(Made, answer);
  return resultsOfJob(service, job_id, signal);
}

async function resultsOfJob(
  service: Service,
  id: string,
  signal: AbortSignal | undefined,
): Promise<BatchAnswer> {
  const page = async (number: number) =>
    readAs(JobAnswer, await service.ask(`/api/jobs/${id}?page=${number}&limit=100`));
  let waitMs = LOOK_MS.first;
  for (let left = LOOK_MS.all; left > 0; left -= waitMs) {
    await waited(waitMs, undefined, signal === undefined ? {} : { signal });
    waitMs = Math.min(LOOK_MS.most, waitMs * 2);
    const job = await page(1);
    if (job.state === "failed")
      throw new Error(`O processamento ${id} falhou: ${job.failure?.code ?? "sem motivo"}`);
    if (job.state !== "done") continue;
    const results = [...job.results];
    for (let number = 2; number <= job.pagination.total_pages; number += 1)
      results.push(...(await page(number)).results);
    return { summary: job.summary, results };
  }
  throw new Error(`O processamento ${id} não terminou em uma hora: veja sge status ${id}`);
}

/** The message of a refused document with its first wrong field, and how many more there are. */
export function detailed({ message, errors }: Pick<SentLine, "message" | "errors">): string {
  const [first, ...more] = errors;
  const sentence = message ?? "";
  if (first === undefined) return sentence;
  const rest = more.length === 0 ? "" : ` (e mais ${more.length})`;
  return `${sentence}: ${first.path}: ${first.message}${rest}`;
}
