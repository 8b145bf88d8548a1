import { readCursor, saveCursor } from "../../journal/maintenance-cursors.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import { reconcile } from "./reconcile.ts";

const TASK = "reconcile";
/** Products of one slice. */
const SLICE = 100;

/**
 * Checks the next slice of a company's ledger and saves the cursor of the slice after it; after the last product it starts again.
 * A balance that is not the sum of its movements is logged as an error and counted, never corrected: an operator must look at it
 * first. Gives how many differ.
 */
export async function reconcileSlice(
  ports: Pick<Ports, "reader" | "writer" | "clock" | "log" | "meter">,
  company: number,
  size = SLICE,
): Promise<number> {
  const after = await readCursor(ports, company, TASK);
  const { next, discrepancies } = await reconcile(ports, company, after, size);
  for (const discrepancy of discrepancies)
    ports.log("error", "ledger.differs", { company, ...discrepancy });
  ports.meter.count("ledger_differences_total", {}, discrepancies.length);
  // Also where the cursor is the same: its time shows that the check runs (sge_sweep_age_seconds).
  await commitStatements(ports.writer, [saveCursor(company, TASK, next ?? "", ports.clock.now())]);
  return discrepancies.length;
}
