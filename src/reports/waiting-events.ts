import type { Row } from "../ports/sql.ts";
import { byPlace, type CompletenessRow, rowOf, sortable } from "./completeness-row.ts";
import type { Looked } from "./row-pages.ts";
import type { Seen } from "./unread-nsus.ts";

const EVENTS_SQL = `select e.registration, e.access_key, e.type, e.received_at as at
  from nfe_events e indexed by nfe_events_waiting
  where e.company = ?1 and e.effect = 'waiting' and e.withdrawn_at is null
    and e.received_at >= ?2 and (e.received_at > ?2 or e.registration > ?3) and e.received_at < ?4
    and not exists (select 1 from announced_notes a where a.company = e.company and a.access_key = e.access_key)
  order by e.received_at, e.registration limit ?5`;

/** Of summaries those about a note that is neither here nor announced, and whose event has not come. */
const SUMMARIES_SQL = `select v.access_key, v.tp_evento as type, v.n_seq, v.author, v.announced_at as at, v.cnpj, v.nsu
  from announced_events v indexed by announced_events_by_time
  where v.company = ?1 and v.announced_at >= ?2
    and (v.announced_at, v.access_key, v.tp_evento, v.n_seq, v.author) > (?2, ?3, ?4, ?5, ?6) and v.announced_at < ?7
    and not exists (select 1 from notes n where n.company = v.company and n.access_key = v.access_key)
    and not exists (select 1 from announced_notes a where a.company = v.company and a.access_key = v.access_key)
    and not exists (select 1 from nfe_events e
      where e.company = v.company and e.access_key = v.access_key and e.type = v.tp_evento and e.withdrawn_at is null)
  order by v.announced_at, v.access_key, v.tp_evento, v.n_seq, v.author limit ?8`;

/**
 * Events that came in the period and whose note has not come and is not announced, also those that are known by their summary alone, in the order in
 * which they came. Fails with `report.too_many_notes`.
 */
export async function waitingEvents(
  looked: Looked,
  { from, until }: Seen,
): Promise<CompletenessRow[]> {
  const found: CompletenessRow[] = [];
  const events = looked.pages(EVENTS_SQL, [from, ""], until, ({ at, registration }) => [
    Number(at),
    String(registration),
  ]);
  for await (const rows of events)
    for (const row of rows) found.push(eventRow(row, String(row.registration)));
  const summaries = looked.pages(SUMMARIES_SQL, [from, "", "", 0, ""], until, (row) => [
    Number(row.at),
    String(row.access_key),
    String(row.type),
    Number(row.n_seq),
    String(row.author),
  ]);
  for await (const rows of summaries)
    for (const row of rows)
      found.push(
        eventRow(row, [row.access_key, row.type, sortable(Number(row.n_seq)), row.author].join("")),
      );
  return byPlace(found);
}

const eventRow = (row: Row, id: string): CompletenessRow =>
  rowOf({
    check: "waiting_event",
    place: `${sortable(Number(row.at))}-${id}`,
    accessKey: String(row.access_key),
    receivedAt: Number(row.at),
    eventType: String(row.type),
    cnpj: row.cnpj == null ? null : String(row.cnpj),
    nsu: row.nsu == null ? null : Number(row.nsu),
  });
