import type { Ports } from "../ports/ports.ts";

/** How long a repeated delivery of a mail is recognised, ms; longer than any server retries. */
const KEPT_MS = 90 * 86_400_000;
const ROWS = 500;

/** Deletes the records of old mails, in slices; returns how many. */
export async function expireMails(
  ports: Pick<Ports, "writer" | "clock" | "yieldToEventLoop">,
  company: number,
): Promise<number> {
  let total = 0;
  for (let deleted = ROWS; deleted === ROWS; total += deleted) {
    deleted = await ports.writer.commit({
      statements: [
        {
          sql: `delete from mails where company = ?1 and key in (
            select key from mails where company = ?1 and received_at < ?2 order by received_at limit ${ROWS}) returning 1`,
          args: [company, ports.clock.now() - KEPT_MS],
        },
      ],
      read: ([rows]) => rows?.length ?? 0,
    });
    await ports.yieldToEventLoop();
  }
  return total;
}
