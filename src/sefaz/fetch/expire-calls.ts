import type { Ports } from "../../ports/ports.ts";
import { CALLS_KEPT_MS, SERVICE_KEEPS_MS } from "./limits.ts";

const ROWS = 500;

/**
 * Deletes old calls, asks that ended, and parked documents that were taken, a slice of each; returns how many rows. A parked
 * document that was not taken stays.
 */
export function expireCalls(
  ports: Pick<Ports, "writer" | "clock">,
  company: number,
): Promise<number> {
  const now = ports.clock.now();
  const old = now - SERVICE_KEEPS_MS;
  return ports.writer.commit({
    statements: [
      {
        sql: `delete from sefaz_calls where company = ?1 and id in (
          select id from sefaz_calls where company = ?1 and at < ?2 order by at limit ${ROWS}) returning 1`,
        args: [company, now - CALLS_KEPT_MS],
      },
      {
        sql: `delete from sefaz_asks where company = ?1 and id in (
          select id from sefaz_asks where company = ?1 and ended_at < ?2 order by ended_at limit ${ROWS}) returning 1`,
        args: [company, old],
      },
      {
        sql: `delete from sefaz_parked where rowid in (
          select rowid from sefaz_parked where company = ?1 and taken_at < ?2 order by taken_at limit ${ROWS}) returning 1`,
        args: [company, old],
      },
    ],
    read: (rows) => rows.reduce((sum, one) => sum + one.length, 0),
  });
}
