import { expireFolder } from "../../journal/expire-files.ts";
import { expiredJobs } from "../../journal/jobs.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";

type Needs = Pick<Ports, "reader" | "writer" | "blobs" | "queue" | "clock">;

const JOBS = 100;
const FILES = "exports/";

/** Deletes expired exports, the file first; gives how many. */
export async function expireExports(ports: Needs, company: number): Promise<number> {
  const over = await expiredJobs(ports, company, ["export"], ports.clock.now(), JOBS);
  for (const { id, blob } of over) {
    // The file first: a row without its file is found again, a file without a row would stay for ever.
    if (blob !== null) await ports.blobs.delete(blob);
    await commitStatements(ports.writer, [
      { sql: "delete from jobs where company = ?1 and id = ?2", args: [company, id] },
    ]);
  }
  return over.length;
}

/** Deletes files older than a day that belong to no export; gives how many. */
export const expireExportFiles = (ports: Needs, signal?: AbortSignal): Promise<number> =>
  expireFolder(ports, FILES, "j.state = 'done'", signal);
