import type { Ports } from "../ports/ports.ts";

/** How long an ended confirmation is kept for its key to ask after it, ms. */
const KEPT_MS = 7 * 86_400_000;
/** Rows that one run removes. */
const SLICE = 1_000;

/** Deletes confirmations of a company whose time was over seven days ago; gives how many. */
export const expireConfirmations = (
  ports: Pick<Ports, "writer" | "clock">,
  company: number,
): Promise<number> =>
  ports.writer.commit({
    statements: [
      {
        sql: `delete from confirmations where rowid in (select rowid from confirmations
          where company = ?1 and expires_at <= ?2 order by expires_at limit ?3) returning 1`,
        args: [company, ports.clock.now() - KEPT_MS, SLICE],
      },
    ],
    read: ([rows]) => rows?.length ?? 0,
  });
