import type { Ports } from "../../ports/ports.ts";
import { CALLS_KEPT_MS, SERVICE_KEEPS_MS, UNREAD_KEPT_MS } from "./limits.ts";

const ROWS = 500;

/**
 * Deletes old calls, asks that ended, and parked documents that were taken, a slice of each; returns how many rows. A parked
 * document that was not taken, and an NSU that was passed, stay for long after the service gives them no more.
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
      {
        sql: `delete from sefaz_parked where rowid in (
          select rowid from sefaz_parked indexed by sefaz_parked_open
          where company = ?1 and taken_at is null and parked_at < ?2 order by parked_at limit ${ROWS}) returning 1`,
        args: [company, now - UNREAD_KEPT_MS],
      },
      {
        sql: `delete from sefaz_nsu_gaps where company = ?1 and (cnpj, environment, first_nsu) in (
          select cnpj, environment, first_nsu from sefaz_nsu_gaps indexed by sefaz_nsu_gaps_by_time
          where company = ?1 and found_at < ?2 order by found_at limit ${ROWS}) returning 1`,
        args: [company, now - UNREAD_KEPT_MS],
      },
    ],
    read: (rows) => rows.reduce((sum, one) => sum + one.length, 0),
  });
}
