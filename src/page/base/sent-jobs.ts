/** A ZIP that this browser has sent: kept so that a closed tab finds it again. */
export interface SentJob {
  readonly company: number;
  readonly job: string;
  readonly name: string;
  /** Notes of it that were approved here: its job keeps what they were when they came. */
  readonly approved: readonly string[];
}

const KEPT = "sge.jobs";
const MOST_KEPT = 20;

/** Where the tray keeps, for this tab, the lines of files that are in no job. */
export const KEPT_LINES = "sge.tray";

/** Whether there is anything to find again; the tray looks whose it is. */
export const hasKept = (): boolean =>
  localStorage.getItem(KEPT) !== null || sessionStorage.getItem(KEPT_LINES) !== null;

/** All that is kept, the oldest first. */
export function keptJobs(): readonly SentJob[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isSentJob) : [];
  } catch {
    return [];
  }
}

function isSentJob(value: unknown): value is SentJob {
  if (typeof value !== "object" || value === null) return false;
  return "company" in value && "job" in value && "name" in value && "approved" in value;
}

/** Keeps a job, or what changed of it; the oldest of more than 20 go. */
export function keepJob(job: SentJob): void {
  const others = keptJobs().filter((one) => one.job !== job.job);
  store([...others, job].slice(-MOST_KEPT));
}

export const forgetJob = (job: string): void => store(keptJobs().filter((one) => one.job !== job));
export const forgetJobs = (): void => store([]);

function store(jobs: readonly SentJob[]): void {
  try {
    if (jobs.length === 0) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, JSON.stringify(jobs));
  } catch {
    // The browser's store is full: a closed tab does not find the job again, the job goes on.
  }
}
