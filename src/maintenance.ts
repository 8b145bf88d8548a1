import { forCompany } from "./accounts/home.ts";
import { expireConfirmations } from "./confirmations/expire.ts";
import { expireExportFiles, expireExports } from "./export/files/expire-exports.ts";
import { EXPORT_JOB } from "./export/files/exports.ts";
import { bringNames } from "./homes/people.ts";
import { removeLeft } from "./homes/remove.ts";
import { ARCHIVE_JOB } from "./ingest/batch/archive.ts";
import { expireArchives } from "./ingest/batch/expire-archives.ts";
import { expireBatches, expireBytes } from "./ingest/batch/expire-batches.ts";
import { expireObjects } from "./ingest/batch/expire-originals.ts";
import { resendItems } from "./ingest/batch/resend-items.ts";
import { fillTaxes } from "./ingest/judge/fill-taxes.ts";
import { rejudgeSlice } from "./ingest/judge/rejudge-waiting.ts";
import { reportHeldLong } from "./ingest/note/report-held-long.ts";
import { chainAudit } from "./journal/chain-audit.ts";
import { expireEvents } from "./journal/expire-events.ts";
import { expireKeys } from "./journal/expire-idempotency.ts";
import { resendOneMessageJobs } from "./journal/one-message-jobs.ts";
import { expireMails } from "./mail/expire-mails.ts";
import type { Ports } from "./ports/ports.ts";
import type { Message } from "./queue-messages.ts";
import { faultCode } from "./resilience/fault-code.ts";
import { warnEnding } from "./sefaz/certificates/warn-ending.ts";
import { completeAnnounced } from "./sefaz/fetch/announced-notes.ts";
import { expireCalls } from "./sefaz/fetch/expire-calls.ts";
import { parkRefused } from "./sefaz/fetch/park-refused.ts";
import { resumeCloses } from "./stock/counting/close-count.ts";
import { foldProducts } from "./stock/fold-products.ts";
import { warnExpiring } from "./stock/lots/warn-expiring.ts";
import { reconcileSlice } from "./stock/reconcile/reconcile-slice.ts";
import { sendDueWebhooks } from "./webhooks/due.ts";
import { expireDeliveries } from "./webhooks/expire-deliveries.ts";

/** Interval of maintenance on a server, ms; on Workers a cron starts it. */
export const MAINTENANCE_EVERY_MS = 600_000;

/** What one run did, by kind: rows, files or messages. */
export interface MaintenanceReport {
  readonly exports: number;
  readonly files: number;
  readonly batches: number;
  readonly originals: number;
  readonly events: number;
  /** Records of mails that are too old for the mail to be delivered again. */
  readonly mails: number;
  /** Idempotency keys that are older than 24 hours. */
  readonly keys: number;
  /** Confirmations whose time was over long ago. */
  readonly confirmations: number;
  /** Pages of rows removed that a company has left behind in this database. */
  readonly left: number;
  /** Companies of other databases whose names the directory did not have. */
  readonly names: number;
  /** Lines removed from the logs of webhooks. */
  readonly deliveries: number;
  /** Messages sent again. */
  readonly resent: number;
  /** Products whose balance differs from the sum of their movements, in the slices of this run. */
  readonly differences: number;
  /** PENDENTE notes with a verdict of older rules or settings that were judged again. */
  readonly rejudged: number;
  /** Counts whose close was brought to its end. */
  readonly counts: number;
  /** Lots that have come near their expiry, each an event of the feed. */
  readonly expiring: number;
  /** Notes that are held for long, each an event of the feed. */
  readonly held: number;
  /** Products whose search text was missing and was made. */
  readonly folded: number;
  /** Notes whose items were stored before their taxes were kept, and got them. */
  readonly taxed: number;
  /** Audit lines that got their place in the chain of their company. */
  readonly chained: number;
  /** Announced notes whose note has come. */
  readonly announced: number;
  /** Documents of the tax office that their job has refused. */
  readonly parked: number;
  /** Old calls to the tax office, and what was asked for and has ended. */
  readonly calls: number;
  /** Certificates that have come near their end, each an event of the feed. */
  readonly ending: number;
  /** Steps that failed; the next run repeats them. */
  readonly faults: number;
}

type StepOfCompany = (ports: Ports, company: number) => Promise<number>;

/** How the messages of each kind are sent again when they may be lost. */
const RESEND: Readonly<Record<Message["kind"], StepOfCompany>> = {
  document: resendItems,
  archive: (ports, company) => resendOneMessageJobs(ports, ARCHIVE_JOB, company),
  export: (ports, company) => resendOneMessageJobs(ports, EXPORT_JOB, company),
  webhook: sendDueWebhooks,
};

const OF_EACH_COMPANY: readonly (readonly [keyof MaintenanceReport, StepOfCompany])[] = [
  ["exports", expireExports],
  ["batches", expireBatches],
  ["originals", expireBytes],
  ["originals", expireObjects],
  ["mails", expireMails],
  ["keys", expireKeys],
  ["confirmations", expireConfirmations],
  ["deliveries", expireDeliveries],
  ...Object.values(RESEND).map((resend) => ["resent", resend] as const),
  ["differences", reconcileSlice],
  ["rejudged", rejudgeSlice],
  ["counts", resumeCloses],
  ["folded", foldProducts],
  ["taxed", (ports, company) => fillTaxes(ports, company)],
  ["chained", chainAudit],
  ["announced", completeAnnounced],
  ["parked", parkRefused],
  ["calls", expireCalls],
  ["ending", warnEnding],
];

const OF_ALL: readonly (readonly [
  keyof MaintenanceReport,
  (ports: Ports, signal?: AbortSignal) => Promise<number>,
])[] = [
  ["files", expireExportFiles],
  ["files", expireArchives],
  ["events", expireEvents],
  ["keys", expireKeysElsewhere],
  ["left", removeLeft],
  ["names", bringNames],
];

/** Keys of requests to the routes of the people, of companies that live in another database. */
async function expireKeysElsewhere(ports: Ports): Promise<number> {
  if (ports.homes?.first.reader !== ports.reader) return 0;
  const elsewhere = await ports.reader.rows({
    sql: "select id from companies where home is not null",
    args: [],
  });
  let gone = 0;
  for (const { id } of elsewhere) gone += await expireKeys(ports, Number(id));
  return gone;
}

/**
 * Deletes what has expired (exports after 7 days, the results of batches and the bytes of refused documents after 30 days, old
 * events), sends again messages that may be lost, reconciles a slice of each ledger, and judges a slice of the PENDENTE notes
 * again when rules or settings are newer than their verdicts. Works in small idempotent steps: it may be stopped, repeated, and
 * run by several processes at once; a step that fails does not stop the others. Rejects only when companies cannot be read.
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
    keys: 0,
    confirmations: 0,
    left: 0,
    names: 0,
    deliveries: 0,
    resent: 0,
    differences: 0,
    rejudged: 0,
    counts: 0,
    expiring: 0,
    held: 0,
    folded: 0,
    taxed: 0,
    chained: 0,
    announced: 0,
    parked: 0,
    calls: 0,
    ending: 0,
    faults: 0,
  };
  const run = async (kind: keyof MaintenanceReport, step: () => Promise<number>) => {
    if (signal?.aborted) return;
    try {
      done[kind] += await step();
    } catch (error) {
      done.faults += 1;
      ports.log("warn", "sweep.fault", { kind, code: faultCode(error) });
    }
  };
  const companies = await ports.reader.rows({
    sql: "select id, time_zone, held_days from companies where home is null order by id",
    args: [],
  });
  for (const { id, time_zone, held_days } of companies) {
    const own = forCompany(ports, Number(id));
    for (const [kind, step] of OF_EACH_COMPANY) await run(kind, () => step(own, Number(id)));
    await run("expiring", () => warnExpiring(own, Number(id), String(time_zone)));
    await run("held", () => reportHeldLong(own, Number(id), Number(held_days), String(time_zone)));
    await ports.yieldToEventLoop();
  }
  for (const [kind, step] of OF_ALL) await run(kind, () => step(ports, signal));
  const ms = Math.round((ports.meter.seconds() - started) * 1_000);
  ports.log("info", "sweep", { ...done, ms });
  return done;
}
