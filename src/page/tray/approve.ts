import type { z } from "zod";
import type { ApprovalsSchema } from "../../http/views/approval-view.ts";
import type { JobMadeSchema, JobSchema } from "../../http/views/job-view.ts";
import { ask, newKey } from "../base/ask.ts";
import { holdName } from "../base/hold-names.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { count } from "../base/say.ts";
import { keepJob, keptJobs } from "../base/sent-jobs.ts";
import { approving, lines, readyKeys, unfolded, zips } from "./state.ts";

type Approval = z.infer<typeof ApprovalsSchema>["results"][number];

/** Up to here one request answers; more are a job, whose progress is shown. */
const AT_ONCE = 50;
const JOB_NOTES = 500;
const ASK_MS = 500;
const PAGE_LINES = 100;

/** Approves every note of the tray that has no hold, and writes into its line what became of it. */
export async function approveReady(): Promise<void> {
  if (approving.value !== null) return;
  const keys = readyKeys.value;
  approving.value = { done: 0, total: keys.length };
  const results: Approval[] = [];
  try {
    for (let from = 0; from < keys.length; from += JOB_NOTES) {
      const some = keys.slice(from, from + JOB_NOTES);
      const found = await (some.length <= AT_ONCE
        ? approve(some)
        : approveByJob(some, from, keys.length));
      settle(found);
      results.push(...found);
    }
    tell(results);
  } catch (fault) {
    notifyFault(fault);
  } finally {
    approving.value = null;
  }
}

const approve = async (keys: readonly string[]): Promise<readonly Approval[]> => {
  const json = { access_keys: keys };
  const options = { method: "POST", json, key: newKey() } as const;
  return (await ask<z.infer<typeof ApprovalsSchema>>("/api/nfes/process", options)).results;
};

async function approveByJob(
  keys: readonly string[],
  before: number,
  total: number,
): Promise<readonly Approval[]> {
  const { job_id } = await ask<z.infer<typeof JobMadeSchema>>("/api/nfes/process?async=true", {
    method: "POST",
    json: { access_keys: keys },
    key: newKey(),
  });
  type Job = z.infer<typeof JobSchema>;
  for (;;) {
    const job = await ask<Job>(`/api/jobs/${job_id}?limit=1`);
    approving.value = { done: before + job.done, total };
    if (job.finished_at !== null) break;
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  const found: Approval[] = [];
  for (let page = 1; page <= Math.ceil(keys.length / PAGE_LINES); page++) {
    const { results } = await ask<Job>(`/api/jobs/${job_id}?limit=${PAGE_LINES}&page=${page}`);
    for (const line of results) if (isApproval(line)) found.push(line);
  }
  return found;
}

function isApproval(
  line: z.infer<typeof JobSchema>["results"][number],
): line is Approval & typeof line {
  return (
    line.outcome === "refused" ||
    line.outcome === "already_processed" ||
    line.outcome === "approved"
  );
}

/** The lines of these notes say what became of them; what is in stock is kept beside its job. */
function settle(results: readonly Approval[]): void {
  const byKey = new Map(results.map((one) => [one.access_key, one]));
  lines.value = lines.value.map((line) => {
    const result = line.ready && line.key !== null ? byKey.get(line.key) : undefined;
    if (result === undefined) return line;
    const settled = { ...line, ready: false };
    if (result.outcome !== "refused")
      return {
        ...settled,
        kind: "stock",
        message: result.outcome === "approved" ? "" : "Já estava aprovada.",
      };
    const [hold] = result.holds ?? [];
    return {
      ...settled,
      kind: hold === undefined ? "refused" : "held",
      title: hold === undefined ? "Não aprovada" : holdName(hold.code),
      message: result.message ?? "",
    };
  });
  for (const kept of keptJobs()) {
    const zip = zips.value.find(({ job }) => job === kept.job);
    if (zip === undefined) continue;
    const inStock = lines.value.filter((line) => line.zip === zip.id && line.kind === "stock");
    keepJob({ ...kept, approved: inStock.flatMap(({ key }) => (key === null ? [] : [key])) });
  }
}

function tell(results: readonly Approval[]): void {
  const inStock = results.filter(({ outcome }) => outcome !== "refused").length;
  const others = results.length - inStock;
  const entered = `${count(inStock, "nota entrou", "notas entraram")} no estoque`;
  if (others === 0) notify(`${entered}.`);
  else
    notify(`${entered}; ${count(others, "não foi aprovada", "não foram aprovadas")}.`, {
      tone: "bad",
    });
  // Nothing is left to read.
  if (!lines.value.some(({ kind }) => kind === "refused" || kind === "held" || kind === "parked"))
    unfolded.value = false;
}
