import { expireExportFiles, expireExports } from "./export/expire-exports.ts";
import { EXPORT_JOB } from "./export/exports.ts";
import { ARCHIVE_JOB } from "./ingest/batch/archive.ts";
import { expireArchives } from "./ingest/batch/expire-archives.ts";
import { expireBatches, expireBytes, resendItems } from "./ingest/batch/expire-batches.ts";
import { expireObjects } from "./ingest/batch/expire-originals.ts";
import { rejudgeSlice } from "./ingest/note/rejudge-waiting.ts";
import { expireEvents } from "./journal/expire-events.ts";
import { resendOneMessageJobs } from "./journal/one-message-jobs.ts";
import { expireMails } from "./mail/expire-mails.ts";
import type { Ports } from "./ports/ports.ts";
import { faultCode } from "./resilience/fault-code.ts";
import { foldProducts } from "./stock/fold-products.ts";
import { reconcileSlice } from "./stock/reconcile-slice.ts";

/** How often a server sweeps; on Workers a cron does. */
export const MAINTENANCE_EVERY_MS = 600_000;

/** What one sweep has done, by kind. */
export interface MaintenanceReport {
  readonly exports: number;
  readonly files: number;
  readonly batches: number;
  readonly originals: number;
  readonly events: number;
  /** Mails that came so long ago that none comes again. */
  readonly mails: number;
  /** Messages sent again. */
  readonly resent: number;
  /** Products whose balance is not the sum of their movements, in the slices of this run. */
  readonly differences: number;
  /** Notes that waited under older rules or other settings and were judged again. */
  readonly rejudged: number;
  /** Products whose text for searches was missing and was made. */
  readonly folded: number;
  /** Steps that have failed; the next sweep does them. */
  readonly faults: number;
}

type Step = readonly [keyof MaintenanceReport, (ports: Ports, company: number) => Promise<number>];

const OF_EACH_COMPANY: readonly Step[] = [
  ["exports", expireExports],
  ["batches", expireBatches],
  ["originals", expireBytes],
  ["originals", expireObjects],
  ["mails", expireMails],
  ["resent", resendItems],
  ["resent", (ports, company) => resendOneMessageJobs(ports, ARCHIVE_JOB, company)],
  ["resent", (ports, company) => resendOneMessageJobs(ports, EXPORT_JOB, company)],
  ["differences", reconcileSlice],
  ["rejudged", rejudgeSlice],
  ["folded", foldProducts],
];

const OF_ALL: readonly (readonly [
  keyof MaintenanceReport,
  (ports: Ports, signal?: AbortSignal) => Promise<number>,
])[] = [
  ["files", expireExportFiles],
  ["files", expireArchives],
  ["events", expireEvents],
];

/**
 * Removes what has had its time (exports after 7 days, the results of batches and the bytes of what was refused after 30,
 * old events), sends again what may have lost its message, and proves a slice of each ledger, and judges a
 * slice of the notes that wait anew where rules or settings are newer than their verdicts. In small steps, each right by
 * itself: it may be stopped anywhere, run again, and run in several processes at once; a step that fails keeps none of the
 * others from being done. Rejects only where not even the companies can be read.
 */
export async function runMaintenance(
  ports: Ports,
  signal?: AbortSignal,
): Promise<MaintenanceReport> {
  const started = ports.meter.seconds();
  const done: Record<keyof MaintenanceReport, number> = {
    exports: 0,
    files: 0,
    batches: 0,
    originals: 0,
    events: 0,
    mails: 0,
    resent: 0,
    differences: 0,
    rejudged: 0,
    folded: 0,
    faults: 0,
  };
  const take = async (kind: keyof MaintenanceReport, step: () => Promise<number>) => {
    if (signal?.aborted) return;
    try {
      done[kind] += await step();
    } catch (error) {
      done.faults += 1;
      ports.log("warn", "sweep.fault", { kind, code: faultCode(error) });
    }
  };
  const companies = await ports.reader.rows({
    sql: "select id from companies order by id",
    args: [],
  });
  for (const { id } of companies) {
    for (const [kind, step] of OF_EACH_COMPANY) await take(kind, () => step(ports, Number(id)));
    await ports.yieldToEventLoop();
  }
  for (const [kind, step] of OF_ALL) await take(kind, () => step(ports, signal));
  const ms = Math.round((ports.meter.seconds() - started) * 1_000);
  ports.log("info", "sweep", { ...done, ms });
  return done;
}
