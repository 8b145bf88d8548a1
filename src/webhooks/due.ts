import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";

/** Webhooks that one look takes up; the others follow at the next, those first that have not run for the longest time. */
const MOST = 200;

/** Active webhooks that rest no longer, are not in work, and have a new event or one that is to be sent again. */
const dueSql = (ofCompany: string) => `select w.company, w.id from webhooks w
  join companies c on c.id = w.company and c.home is null
  where ${ofCompany} w.active = 1 and w.paused_until <= ?1 and (w.run_until is null or w.run_until <= ?1)
    and ((select max(e.id) from events e where e.company = w.company) > w.position
      or exists (select 1 from webhook_deliveries d
        where d.company = w.company and d.webhook = w.id and d.state = 'waiting' and d.next_at <= ?1))
  order by w.ran_at limit ?2`;
const DUE_OF_ALL = dueSql("");
const DUE_OF_COMPANY = dueSql("w.company = ?3 and");

/**
 * Sends a message for each webhook that has work, of one company or of all; returns how many. An upload pays nothing for
 * webhooks: they are found by looking, on Bun each second, at the edge each minute.
 */
export async function sendDueWebhooks(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock">,
  company: number | null = null,
  signal?: AbortSignal,
): Promise<number> {
  const rows = await ports.reader.rows(
    company === null
      ? { sql: DUE_OF_ALL, args: [ports.clock.now(), MOST] }
      : { sql: DUE_OF_COMPANY, args: [ports.clock.now(), MOST, company] },
    signal,
  );
  if (rows.length === 0) return 0;
  const sent = ports.queue.send(
    rows.map((row) => ({
      v: 1,
      kind: "webhook",
      company: Number(row.company),
      webhook: String(row.id),
    })),
  );
  if (sent.statements.length > 0) await commitStatements(ports.writer, sent.statements, signal);
  await sent.afterCommit();
  return rows.length;
}
