import { expiredJobs } from "../journal/jobs.ts";
import { sweepFolder } from "../journal/sweep-files.ts";
import type { Ports } from "../ports.ts";

type Needs = Pick<Ports, "reader" | "writer" | "blobs" | "queue" | "clock">;

const JOBS = 100;
/** An export that has waited for so long without a sign may have lost its message. */
const SILENT_MS = 15 * 60_000;
const FILES = "exports/";

/** Removes the files of exports whose time is over, and then the exports; gives how many went. */
export async function sweepExports(ports: Needs, company: number): Promise<number> {
  const over = await expiredJobs(ports, company, ["export"], ports.clock.now(), JOBS);
  for (const { id, blob } of over) {
    // The file first: a row without one says so, a file without a row would stay.
    if (blob !== null) await ports.blobs.delete(blob);
    await ports.writer.commit({
      statements: [{ sql: "delete from jobs where company = ?1 and id = ?2", args: [company, id] }],
      mine: () => undefined,
    });
  }
  return over.length;
}

/** Removes files that no export names, older than a day; gives how many. */
export const sweepFiles = (ports: Needs, signal?: AbortSignal): Promise<number> =>
  sweepFolder(ports, FILES, "j.state = 'done'", signal);

/** Sends again the exports that may have lost their message (see ingest/sweep-batches.ts); gives how many. */
export async function resendExports(ports: Needs, company: number): Promise<number> {
  const now = ports.clock.now();
  const silent = await ports.reader.rows({
    sql: `select id from jobs where company = ?1 and finished_at is null and kind = 'export' and updated_at < ?2`,
    args: [company, now - SILENT_MS],
  });
  if (silent.length === 0) return 0;
  const ids = silent.map(({ id }) => String(id));
  const sending = ports.queue.send(ids.map((job) => ({ v: 1, kind: "export", company, job })));
  await ports.writer.commit({
    statements: [
      ...sending.statements,
      {
        sql: `update jobs set updated_at = ?3 where company = ?1 and id in (select value from json_each(?2))`,
        args: [company, JSON.stringify(ids), now],
      },
    ],
    mine: () => undefined,
  });
  await sending.afterCommit();
  return ids.length;
}
