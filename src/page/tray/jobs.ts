import type { z } from "zod";
import type { JobSchema } from "../../http/views/job-view.ts";
import { ask } from "../base/ask.ts";
import { notifyFault } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { forgetJob, keptJobs } from "../base/sent-jobs.ts";
import { addLines, changeZip, lines, newLineId, type Zip, zips } from "./state.ts";
import { lineOfJob, localLine } from "./words.ts";

type Job = z.infer<typeof JobSchema>;

/** Asked twice a second: the service tells its feed when a job ends, not how far it is. */
const ASK_MS = 500;
/** Until the first figure, at most so many times, because a job may wait behind others. */
const FIRST_MS = 200;
const FIRST_ASKS = 10;
/** While the service does not answer. */
const UNANSWERED_MS = 3_000;
const PAGE_LINES = 100;
/** More lines than these are not read: the page would become slow. */
const MOST_PAGES = 20;

let timer: ReturnType<typeof setTimeout> | null = null;
let asking = false;
/** How many answers in a row had no figure. */
let without = 0;

/** Follows the ZIPs that are being checked until they are done. Called again: asks at once. */
export function watch(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  if (asking) return;
  const watched = zips.value.filter(({ state }) => state === "checking");
  if (watched.length === 0) return;
  asking = true;
  void Promise.allSettled(watched.map(follow))
    .then((all) => all.some(({ status }) => status === "rejected"))
    .then((failed) => {
      asking = false;
      const waits = zips.value.some(({ state, done }) => state === "checking" && done === 0);
      without = waits ? without + 1 : 0;
      const next = waits && without <= FIRST_ASKS ? FIRST_MS : ASK_MS;
      timer = setTimeout(watch, failed ? UNANSWERED_MS : next);
    });
}

/** Finds the ZIPs that this browser has sent for the company before. */
export function findAgain(company: number): void {
  const known = new Set(zips.value.map(({ job }) => job));
  const found = keptJobs().filter((one) => one.company === company && !known.has(one.job));
  zips.value = [
    ...zips.value,
    ...found.map(({ job, name }) => {
      const zip = { id: newLineId(), name, job, bytes: 0, sent: 0, total: null };
      return { ...zip, state: "checking" as const, done: 0, parked: 0, left: 0 };
    }),
  ];
  watch();
}

async function follow(zip: Zip): Promise<void> {
  const { id, job, name } = zip;
  if (job === null) return;
  try {
    const read = await ask<Job>(`/api/jobs/${job}?limit=1`);
    const { done, parked } = read;
    changeZip(id, {
      done: done + parked,
      parked,
      ...(read.total === null ? {} : { total: read.total }),
    });
    if (read.finished_at !== null) await finish(zip, read);
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.status !== 404) throw fault;
    // Kept for some days: there is nothing more to say of it.
    forgetJob(job);
    zips.value = zips.value.filter((one) => one.id !== id);
    addLines([
      localLine(name, "ignored", "O resultado deste envio já expirou; as notas estão na lista."),
    ]);
  }
}

async function finish({ id, name }: Zip, job: Job): Promise<void> {
  const approved = new Set(keptJobs().find((one) => one.job === job.id)?.approved);
  const read: Job["results"] = [];
  const pages = Math.min(
    MOST_PAGES,
    job.pagination.total === 0 ? 1 : Math.ceil(job.pagination.total / PAGE_LINES),
  );
  for (let page = 1; page <= pages; page++) {
    const { results } = await ask<Job>(`/api/jobs/${job.id}?limit=${PAGE_LINES}&page=${page}`);
    read.push(...results);
  }
  const found = read
    .map((line) => lineOfJob(line, id, name))
    .filter((line) => line !== null)
    .map((line) =>
      line.key !== null && approved.has(line.key)
        ? { ...line, kind: "stock" as const, ready: false, title: null, message: "" }
        : line,
    );
  if (job.failure !== null)
    found.push({ ...localLine(name, "parked", "O envio parou antes do fim."), zip: id });
  const left = Math.max(0, job.pagination.total - pages * PAGE_LINES);
  lines.value = [...lines.value.filter((line) => line.zip !== id), ...found];
  changeZip(id, { state: "done", done: job.done, left });
}

/** Has the documents that were given up tried again. Who may not is refused by the service. */
export async function replay(zip: Zip): Promise<void> {
  try {
    await ask(`/api/jobs/${zip.job}/replay`, { method: "POST" });
    lines.value = lines.value.filter((line) => line.zip !== zip.id);
    changeZip(zip.id, { state: "checking", done: 0, parked: 0 });
    watch();
  } catch (fault) {
    notifyFault(fault);
  }
}
