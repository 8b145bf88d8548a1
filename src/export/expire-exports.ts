import { expireFolder } from "../journal/expire-files.ts";
import { expiredJobs } from "../journal/jobs.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";

type Needs = Pick<Ports, "reader" | "writer" | "blobs" | "queue" | "clock">;

const JOBS = 100;
const FILES = "exports/";

/** Removes the files of exports whose time is over, and then the exports; gives how many went. */
export async function expireExports(ports: Needs, company: number): Promise<number> {
  const over = await expiredJobs(ports, company, ["export"], ports.clock.now(), JOBS);
  for (const { id, blob } of over) {
    // The file first: a row without one says so, a file without a row would stay.
    if (blob !== null) await ports.blobs.delete(blob);
    await commitStatements(ports.writer, [
      { sql: "delete from jobs where company = ?1 and id = ?2", args: [company, id] },
    ]);
  }
  return over.length;
}

/** Removes files that no export names, older than a day; gives how many. */
export const expireExportFiles = (ports: Needs, signal?: AbortSignal): Promise<number> =>
  expireFolder(ports, FILES, "j.state = 'done'", signal);
