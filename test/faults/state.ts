import type { TestApp } from "../support/app.ts";
import type { Run } from "./scenarios.ts";

const STATE = `select json_object(
    'status', status,
    'items', (select count(*) from note_items i where i.company = n.company and i.note = n.id),
    'original', (select count(*) from originals o where o.company = n.company and o.sha256 = n.sha256),
    'moved', (select json_group_array(line) from (select json_array(product, type, quantity_e4, cost_e2) as line
      from movements m where m.company = n.company and m.origin = 'NFE' and m.reference = n.access_key order by 1)),
    'published', (select json_group_array(type) from (select type from events e
      where e.company = n.company and e.payload ->> 'access_key' = n.access_key order by 1)),
    'audited', (select count(*) from audit a where a.company = n.company and a.entity_id = n.access_key
      and a.action in ('nfe.register', 'nfe.process', 'nfe.register_and_process'))) as state
  from notes n where access_key = ?1`;

/** What the database holds of each note of a run, without what differs from one to the next; null: nothing. */
export async function stateOf({ service, notes }: Run): Promise<unknown[]> {
  const states: unknown[] = [];
  for (const { accessKey } of notes) {
    const [row] = await service.rows(STATE, [accessKey]);
    states.push(row === undefined ? null : JSON.parse(String(row.state)));
  }
  return states;
}

/** Queries that find nothing in a sound ledger, whatever was done to it. */
export const UNSOUND = [
  "select access_key from notes group by company, access_key having count(*) > 1",
  `select product from
    (select company, product, sum(quantity_e4) as q from movements group by company, product)
    full join balances b using (company, product) where b.quantity_e4 is not q`,
  "select id from movements m where not exists (select 1 from notes n where n.posting = m.posting)",
  `select id from notes n where total_items <>
    (select count(*) from note_items i where i.company = n.company and i.note = n.id)`,
  "select id from notes n where not exists (select 1 from originals o where o.sha256 = n.sha256)",
];

/** Rows that break a promise. */
export async function unsound(service: TestApp): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const sql of UNSOUND) found.push(...(await service.rows(sql)));
  return found;
}
