import type { Ports } from "../ports.ts";
import type { Way } from "./refuse.ts";

/** A mail that came lately, as the administrator sees it. */
export interface RecentMail {
  /** Milliseconds UTC. */
  readonly receivedAt: number;
  readonly way: Way;
  readonly sender: string;
  /** Null: it was refused, for `code`. */
  readonly job: string | null;
  readonly code: string | null;
}

const SHOWN = 20;

/** What came lately, newest first, at most 20. */
export async function recentMails(
  ports: Pick<Ports, "reader">,
  company: number,
): Promise<RecentMail[]> {
  const rows = await ports.reader.rows({
    sql: `select received_at, way, sender, job, code from mails where company = ?1
      order by received_at desc limit ?2`,
    args: [company, SHOWN],
  });
  return rows.map((row) => ({
    receivedAt: Number(row.received_at),
    way: row.way === "imap" ? "imap" : "address",
    sender: String(row.sender),
    job: row.job === null ? null : String(row.job),
    code: row.code === null ? null : String(row.code),
  }));
}
