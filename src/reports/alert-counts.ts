import { heldNotes, MOST_COUNTED, readyNotes } from "../ingest/search/note-counts.ts";
import type { Ports } from "../ports/ports.ts";

/** What waits for a person: counts of one company. */
export interface AlertCounts {
  /** Waiting notes without a hold, and with one; each ends at MOST_COUNTED. */
  readonly ready: number;
  readonly held: number;
  /** Entries that cost more than the company's limit, since the given instant. */
  readonly costRose: number;
  /** Waiting notes that are held for longer than the company wants. */
  readonly heldLong: number;
  /** Mailboxes that have not been readable for more than an hour. */
  readonly mailboxesFailing: number;
  /** Webhooks that the service has disabled. */
  readonly webhooksDisabled: number;
  /** Certificates that end within 30 days or have ended, and that no other of their CNPJ outlives. */
  readonly certificatesEnding: number;
  /** CNPJs whose calls to the tax office have failed for more than two hours. */
  readonly sefazFailing: number;
}

/** Of each other kind at most so many are counted. */
export const MAX_ALERTS = 1_000;

/**
 * Counts the alerts in one statement: risen costs since an instant (ms UTC), and notes held that were received before another;
 * null: the company does not ask for these. Every count goes by an index and ends.
 */
export async function alertCounts(
  ports: Pick<Ports, "reader">,
  company: number,
  costsSince: number,
  heldBefore: number | null,
  signal?: AbortSignal,
): Promise<AlertCounts> {
  const [row] = await ports.reader.rows(
    {
      sql: `select
        (select count(*) from (select 1 from events indexed by events_of_risen_costs
          where company = ?1 and type = 'product.cost_rose' and at >= ?2 limit ?4)) as cost_rose,
        ${heldNotes("?1", "?4", "and received_at < ?3")} as held_long,
        ${readyNotes("?1", "?5")} as ready, ${heldNotes("?1", "?5")} as held,
        (select count(*) from mail_settings where company = ?1 and active = 1 and failing_reported = 1) as mailboxes,
        (select count(*) from webhooks where company = ?1 and disabled_why is not null) as webhooks,
        (select count(*) from sefaz_certificates c where company = ?1 and warned is not null and not exists (
          select 1 from sefaz_certificates d where d.company = ?1 and d.root = c.root and d.ends_at > c.ends_at)) as certificates,
        (select count(*) from sefaz_cursors f where company = ?1 and active = 1 and failing_reported = 1) as sefaz`,
      args: [company, costsSince, heldBefore, MAX_ALERTS, MOST_COUNTED],
    },
    signal,
  );
  return {
    ready: Number(row?.ready),
    held: Number(row?.held),
    costRose: Number(row?.cost_rose),
    heldLong: Number(row?.held_long),
    mailboxesFailing: Number(row?.mailboxes),
    webhooksDisabled: Number(row?.webhooks),
    certificatesEnding: Number(row?.certificates),
    sefazFailing: Number(row?.sefaz),
  };
}
