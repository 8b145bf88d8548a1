import type { Ports } from "../ports/ports.ts";

/** How long a delivery that ended stays in the log, and how many of a webhook stay at most. */
const KEPT_MS = 7 * 86_400_000;
export const KEPT_ROWS = 1_000;

/** Removes old lines from the logs of a company's webhooks; what waits stays. Returns how many. Idempotent. */
export async function expireDeliveries(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
): Promise<number> {
  const found = await ports.reader.rows({
    sql: "select id from webhooks where company = ?1",
    args: [company],
  });
  if (found.length === 0) return 0;
  return ports.writer.commit({
    statements: found.map(({ id }) => ({
      sql: `delete from webhook_deliveries where company = ?1 and webhook = ?2 and state <> 'waiting' and (updated_at < ?3
          or event < (select event from webhook_deliveries where company = ?1 and webhook = ?2
            order by event desc limit 1 offset ?4))
        returning 1`,
      args: [company, String(id), ports.clock.now() - KEPT_MS, KEPT_ROWS - 1],
    })),
    read: (rows) => rows.reduce((sum, one) => sum + one.length, 0),
  });
}
