import { readCursor, saveCursor } from "../../journal/maintenance-cursors.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";

const TASK = "originals";

/**
 * Where original bytes are objects of a bucket: deletes those that no row references, one slice of the company at each run;
 * after the last slice it starts again. Returns how many were deleted.
 */
export async function expireObjects(
  ports: Pick<Ports, "originals" | "reader" | "writer" | "clock">,
  company: number,
): Promise<number> {
  const { removeUnnamed } = ports.originals;
  if (removeUnnamed === undefined) return 0;
  const after = await readCursor(ports, company, TASK);
  const { gone: deleted, next } = await removeUnnamed(company, after);
  if (next !== after)
    await commitStatements(ports.writer, [saveCursor(company, TASK, next, ports.clock.now())]);
  return deleted;
}
