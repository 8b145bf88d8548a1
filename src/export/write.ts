import { appendEvents } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import { Failed } from "../lib/result.ts";
import { tracedJob } from "../observability/traced-job.ts";
import type { Ports } from "../ports/ports.ts";
import type { Statement } from "../ports/sql.ts";
import { EXPORT_KEPT_MS, findExport } from "./exports.ts";
import { countRows, type KeysetQuery, type Page, pages } from "./pages.ts";
import { type ExportParams, rowsOfRequest } from "./request-export.ts";
import { sheet } from "./sheet.ts";
import { csvStream } from "./stream.ts";

/** Rows of a page. Measured over a million: 53 MB above the idle server in place of 61 with 500, and as fast. */
const ROWS = 250;
/** How often a writer says how far it is, and looks whether it is still wanted. */
const REPORT_MS = 1_000;

/** Which job's file is meant. */
export interface ExportRef {
  readonly company: number;
  readonly job: string;
}

/**
 * Writes the file of an export: the bytes of the streamed one. A message that comes twice, or after a crash, writes it
 * anew from its beginning, under a name of its own: the first that is whole is the file, and another is thrown away.
 * Cancelled meanwhile, it ends within a second. Rejects with what may pass; then the message is to come again.
 */
export async function writeExport(
  ports: Ports,
  which: ExportRef,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const found = await findExport(ports, which.company, which.job).catch(gone);
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
    (traced) => writeFile(traced, which, params, signal),
  );
}

/** Its time was over: nobody waits for it. */
function gone(error: unknown): null {
  if (error instanceof Failed && error.failure.code === "export.not_found") return null;
  throw error;
}

async function writeFile(
  ports: Ports,
  which: ExportRef,
  order: ExportParams,
  signal: AbortSignal,
): Promise<void> {
  const { walk, table } = rowsOfRequest(which.company, order.wish);
  if (!(await began(ports, which, walk, signal))) return;
  const unwanted = new AbortController();
  const either = AbortSignal.any([signal, unwanted.signal]);
  const count = { visited: 0, rows: 0 };
  const key = `exports/${which.company}/${which.job}/${newId()}.csv`;
  const seen = reported(ports, which, pages(ports, walk, either, ROWS), count, unwanted);
  const cells = sheet(table, order.dialect, order.time_zone);
  try {
    const csv = await csvStream(seen, cells, {
      onPageRequested: () => undefined,
      onFailure: () => undefined,
    });
    const { size } = await ports.blobs.put(key, csv, either);
    if (await finished(ports, which, key, size, count)) return;
  } catch (error) {
    if (!unwanted.signal.aborted) throw error;
  }
  await ports.blobs.delete(key);
}

/** False where the export was cancelled before. Says about how many rows there are to visit. */
async function began(
  ports: Pick<Ports, "reader" | "writer" | "clock" | "yieldToEventLoop">,
  { company, job }: ExportRef,
  walk: KeysetQuery,
  signal: AbortSignal,
): Promise<boolean> {
  const total = await countRows(ports, walk, signal);
  return ports.writer.commit({
    statements: [
      {
        sql: `update jobs set state = 'running', total = ?3, done = 0, summary = '{"rows":0}', updated_at = ?4,
            started_at = coalesce(started_at, ?4)
          where company = ?1 and id = ?2 and finished_at is null returning id`,
        args: [company, job, total, ports.clock.now()],
      },
    ],
    read: ([mine]) => (mine?.length ?? 0) > 0,
  });
}

/** The pages as they come; once a second the job is told, and where it is no more, `unwanted` aborts. */
async function* reported(
  ports: Pick<Ports, "writer" | "clock">,
  { company, job }: ExportRef,
  source: AsyncGenerator<Page, void, void>,
  count: { visited: number; rows: number },
  unwanted: AbortController,
): AsyncGenerator<Page, void, void> {
  let told = ports.clock.now();
  for await (const page of source) {
    count.visited += ROWS;
    count.rows += page.length;
    const now = ports.clock.now();
    if (now - told >= REPORT_MS) {
      told = now;
      const wanted = await ports.writer.commit({
        statements: [progress(company, job, count, now)],
        read: ([row]) => (row?.length ?? 0) > 0,
      });
      if (!wanted) unwanted.abort(new DOMException("the export was cancelled", "AbortError"));
    }
    yield page;
  }
}

const progress = (
  company: number,
  job: string,
  { visited, rows }: { visited: number; rows: number },
  now: number,
): Statement => ({
  sql: `update jobs set done = min(?3, total), summary = json_object('rows', ?4), updated_at = ?5
    where company = ?1 and id = ?2 and state = 'running' returning id`,
  args: [company, job, visited, rows, now],
});

/** Makes the file the export's; false where it was cancelled, or another writer came first. */
async function finished(
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
      // Told before it is so, and the file is ours also the second time: a batch that is sent twice tells once, and leaves
      // the file that it has named.
      appendEvents(company, now, [{ type: "export.ready", payload }], running),
      {
        sql: `update jobs set state = 'done', blob = ?3, bytes = ?4, done = ?5, total = ?5, failure = null,
            summary = json_object('rows', ?5), finished_at = ?6, expires_at = ?6 + ?7, updated_at = ?6
          where company = ?1 and id = ?2 and (state = 'running' or blob = ?3) returning id`,
        args: [company, job, key, bytes, rows, now, EXPORT_KEPT_MS],
      },
    ],
    read: ([, row]) => (row?.length ?? 0) > 0,
  });
}
