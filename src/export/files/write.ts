import { appendEvents } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import { tracedJob } from "../../observability/traced-job.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SheetLines } from "../../ports/sheets.ts";
import type { Statement } from "../../ports/sql.ts";
import { csvOfQuery } from "../csv-file.ts";
import { countRows, type KeysetQuery } from "../pages.ts";
import { csvStream } from "../stream.ts";
import { EXPORT_KEPT_MS, findExport } from "./exports.ts";
import { type ExportParams, rowsOfRequest } from "./request-export.ts";

/** Rows of a page: as many as of a stream, as fast as more. */
const ROWS = 250;
/** How often the progress is saved, and a cancellation is noticed. */
const REPORT_MS = 1_000;

/** The job of an export. */
export interface ExportRef {
  readonly company: number;
  readonly job: string;
}

/**
 * Writes the file of an export, with the same bytes as the streamed one. A message that is delivered twice, or again after a
 * crash, writes a new file from the beginning, under its own name: the first complete file counts, others are deleted. A
 * cancelled export ends within a second. Rejects with a transient fault; then the message must be delivered again.
 */
export async function writeExport(
  ports: Ports,
  ref: ExportRef,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const found = await findExport(ports, ref.company, ref.job).catch(nullIfExpired);
  if (found === null || found.job.finishedAt !== null) return;
  const { job, params } = found;
  await tracedJob(
    ports,
    {
      name: "export",
      parent: job.traceParent,
      facts: {
        job: job.id,
        company: job.company,
        user: job.createdBy,
        type: params.wish.type,
        request_id: params.request_id,
      },
    },
    (traced) => writeFile(traced, ref, params, signal),
  );
}

/** Null for an export that has expired. */
function nullIfExpired(error: unknown): null {
  if (error instanceof Failed && error.failure.code === "export.not_found") return null;
  throw error;
}

async function writeFile(
  ports: Ports,
  ref: ExportRef,
  params: ExportParams,
  signal: AbortSignal,
): Promise<void> {
  const { query, table } = rowsOfRequest(ref.company, params.wish);
  if (!(await beginExport(ports, ref, query, signal))) return;
  const cancelled = new AbortController();
  const either = AbortSignal.any([signal, cancelled.signal]);
  const count = { visited: 0, rows: 0 };
  const key = `exports/${ref.company}/${ref.job}/${newId()}.csv`;
  const shown = { table, dialect: params.dialect, timeZone: params.time_zone };
  const { head, pages } = csvOfQuery(ports, query, shown, either, ROWS);
  const file = { head, pages: withProgress(ports, ref, pages, count, cancelled) };
  try {
    const csv = await csvStream(file, {
      onPageRequested: () => undefined,
      onFailure: () => undefined,
    });
    const { size } = await ports.blobs.put(key, csv, either);
    if (await finishExport(ports, ref, key, size, count)) return;
  } catch (error) {
    if (!cancelled.signal.aborted) throw error;
  }
  await ports.blobs.delete(key);
}

/** Marks the job as running, with about how many rows it will visit. False where the export was cancelled before. */
async function beginExport(
  ports: Pick<Ports, "reader" | "writer" | "clock" | "yieldToEventLoop">,
  { company, job }: ExportRef,
  query: KeysetQuery,
  signal: AbortSignal,
): Promise<boolean> {
  const total = await countRows(ports, query, signal);
  return ports.writer.commit({
    statements: [
      {
        sql: `update jobs set state = 'running', total = ?3, done = 0, summary = '{"rows":0}', updated_at = ?4,
            started_at = coalesce(started_at, ?4)
          where company = ?1 and id = ?2 and finished_at is null returning id`,
        args: [company, job, total, ports.clock.now()],
      },
    ],
    read: ([rows]) => (rows?.length ?? 0) > 0,
  });
}

/** Passes the pages on. Saves the progress once a second; where the job is not running any more, aborts `cancelled`. */
async function* withProgress(
  ports: Pick<Ports, "writer" | "clock">,
  { company, job }: ExportRef,
  source: AsyncGenerator<SheetLines, void, void>,
  count: { visited: number; rows: number },
  cancelled: AbortController,
): AsyncGenerator<SheetLines, void, void> {
  let savedAt = ports.clock.now();
  for await (const page of source) {
    count.visited += ROWS;
    count.rows += page.rows;
    const now = ports.clock.now();
    if (now - savedAt >= REPORT_MS) {
      savedAt = now;
      const running = await ports.writer.commit({
        statements: [saveProgress(company, job, count, now)],
        read: ([rows]) => (rows?.length ?? 0) > 0,
      });
      if (!running) cancelled.abort(new DOMException("the export was cancelled", "AbortError"));
    }
    yield page;
  }
}

const saveProgress = (
  company: number,
  job: string,
  { visited, rows }: { visited: number; rows: number },
  now: number,
): Statement => ({
  sql: `update jobs set done = min(?3, total), summary = json_object('rows', ?4), updated_at = ?5
    where company = ?1 and id = ?2 and state = 'running' returning id`,
  args: [company, job, visited, rows, now],
});

/** Makes this the file of the export; false where the export was cancelled, or another delivery finished first. */
async function finishExport(
  ports: Pick<Ports, "writer" | "clock">,
  { company, job }: ExportRef,
  key: string,
  bytes: number,
  { rows }: { rows: number },
): Promise<boolean> {
  const now = ports.clock.now();
  const running = {
    sql: "select 1 from jobs where company = ?1 and id = ?2 and state = 'running'",
    args: [company, job],
  };
  const payload = { export_id: job, rows, bytes };
  return ports.writer.commit({
    statements: [
      // The event comes before the update, and the update accepts its own file again: a batch that is sent twice appends one
      // event and keeps the file.
      appendEvents(company, now, [{ type: "export.ready", payload }], running),
      {
        sql: `update jobs set state = 'done', blob = ?3, bytes = ?4, done = ?5, total = ?5, failure = null,
            summary = json_object('rows', ?5), finished_at = ?6, expires_at = ?6 + ?7, updated_at = ?6
          where company = ?1 and id = ?2 and (state = 'running' or blob = ?3) returning id`,
        args: [company, job, key, bytes, rows, now, EXPORT_KEPT_MS],
      },
    ],
    read: ([, rows]) => (rows?.length ?? 0) > 0,
  });
}
