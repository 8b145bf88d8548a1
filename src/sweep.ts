import { resendExports, sweepExports, sweepFiles } from "./export/sweep-exports.ts";
import { resendSilent, sweepBatches, sweepBytes } from "./ingest/sweep-batches.ts";
import { sweepEvents } from "./journal/sweep-events.ts";
import type { Ports } from "./ports.ts";

/** How often a server sweeps; on Workers a cron does. */
export const SWEEP_EVERY_MS = 600_000;

/** What one sweep has done, by kind. */
export interface Swept {
  readonly exports: number;
  readonly files: number;
  readonly batches: number;
  readonly originals: number;
  readonly events: number;
  /** Messages sent again. */
  readonly resent: number;
}

/**
 * Removes what has had its time (exports after 7 days, the results of batches and the bytes of what was refused after 30,
 * old events), and sends again what may have lost its message. In small steps, each right by itself: it may be stopped
 * anywhere, run again, and run in several processes at once.
 */
export async function sweep(ports: Ports, signal?: AbortSignal): Promise<Swept> {
  const started = ports.meter.seconds();
  const done = { exports: 0, files: 0, batches: 0, originals: 0, events: 0, resent: 0 };
  const companies = await ports.reader.rows({
    sql: "select id from companies order by id",
    args: [],
  });
  for (const { id } of companies) {
    if (signal?.aborted) break;
    const company = Number(id);
    done.exports += await sweepExports(ports, company);
    done.batches += await sweepBatches(ports, company);
    done.originals += await sweepBytes(ports, company);
    done.resent += await resendSilent(ports, company);
    done.resent += await resendExports(ports, company);
    await ports.breathe();
  }
  if (!signal?.aborted) {
    done.files += await sweepFiles(ports, signal);
    done.events += await sweepEvents(ports, signal);
  }
  const ms = Math.round((ports.meter.seconds() - started) * 1_000);
  ports.log("info", "sweep", { ...done, ms });
  return done;
}
