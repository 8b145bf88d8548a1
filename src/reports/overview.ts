import { heldNotes, readyNotes } from "../ingest/search/note-counts.ts";
import type { Ports } from "../ports/ports.ts";

/** Of each company and kind at most so many notes are counted. */
export const MOST_OF_COMPANY = 1_000;

/** `off`: none, or one that is switched off; `failing`: it could not be read at the last visit. */
export type MailboxState = "off" | "working" | "failing";

/** What waits in a company. Times are ms UTC. */
export interface CompanyOverview {
  readonly company: number;
  /** Waiting notes without a hold, and with one; each count ends at MOST_OF_COMPANY. */
  readonly ready: number;
  readonly held: number;
  /** The note that came last. */
  readonly lastNote: {
    readonly accessKey: string;
    readonly number: string;
    readonly supplier: string;
    readonly receivedAt: number;
  } | null;
  readonly mailbox: MailboxState;
  readonly mailboxFailingSince: number | null;
}

/** What waits in each of some companies that live in this database, in one statement; every part goes by an index. `companies`: those of one person, of which there is a limit. */
export async function overviewOf(
  { reader }: Pick<Ports, "reader">,
  companies: readonly number[],
  signal?: AbortSignal,
): Promise<CompanyOverview[]> {
  const rows = await reader.rows(
    {
      sql: `select c.value as company, ${readyNotes("c.value", "?2")} as ready, ${heldNotes("c.value", "?2")} as held,
          n.access_key, n.number, n.supplier_name, n.received_at, s.active, s.failing_since
        from json_each(?1) c cross join companies k on k.id = c.value and k.home is null
        left join notes n on n.id = (select max(id) from notes where company = c.value)
        left join mail_settings s on s.company = c.value`,
      args: [JSON.stringify(companies), MOST_OF_COMPANY],
    },
    signal,
  );
  return rows.map((row) => ({
    company: Number(row.company),
    ready: Number(row.ready),
    held: Number(row.held),
    lastNote:
      row.access_key == null
        ? null
        : {
            accessKey: String(row.access_key),
            number: String(row.number),
            supplier: String(row.supplier_name),
            receivedAt: Number(row.received_at),
          },
    mailbox: row.active !== 1 ? "off" : row.failing_since == null ? "working" : "failing",
    mailboxFailingSince:
      row.active !== 1 || row.failing_since == null ? null : Number(row.failing_since),
  }));
}
