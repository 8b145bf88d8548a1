import type { Ports } from "../ports/ports.ts";
import type { MailWay } from "./record-refusal.ts";

/** A recent mail, as shown to the administrator. */
export interface RecentMail {
  /** Milliseconds UTC. */
  readonly receivedAt: number;
  readonly way: MailWay;
  readonly sender: string;
  /** Null: it was refused with `code`. */
  readonly job: string | null;
  /** With a job: `mail.no_document` when all of its files were ignored. */
  readonly code: string | null;
}

const SHOWN = 20;

/** True when every item of the mail's job was ignored. */
const ALL_IGNORED = `m.job is not null
  and exists (select 1 from job_items i where i.company = ?1 and i.job = m.job)
  and not exists (select 1 from job_items i where i.company = ?1 and i.job = m.job
    and coalesce(i.results ->> '$[0].outcome', '') <> 'ignored')`;

/** The company's recent mails, newest first, at most 20. */
export async function recentMails(
  ports: Pick<Ports, "reader">,
  company: number,
): Promise<RecentMail[]> {
  const rows = await ports.reader.rows({
    sql: `select received_at, way, sender, job,
        coalesce(code, case when ${ALL_IGNORED} then 'mail.no_document' end) as code
      from mails m where company = ?1 order by received_at desc limit ?2`,
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
