import { openDatabase } from "../../src/platform/bun/database/database.ts";

/**
 * What is wrong in a database after all that happened to it, in plain SQL and with nothing of the service's own checks:
 * a name for each promise, and how many rows break it. `approved`: the keys of the notes that are PROCESSADA.
 */
export async function inspectDatabase(path: string) {
  const database = await openDatabase(`file:${path}`);
  const rows = async (sql: string) => (await database.reading.execute(sql)).rows;
  const broken: Record<string, number> = {};
  for (const [name, sql] of Object.entries(PROMISES)) {
    const [row] = await rows(`select count(*) as n from (${sql})`);
    broken[name] = Number(Reflect.get(row ?? {}, "n"));
  }
  const integrity = await rows("pragma integrity_check");
  const notes = await rows("select access_key, status from notes");
  await database.close();
  return {
    broken,
    integrity,
    approved: new Set(
      notes
        .filter((note) => Reflect.get(note, "status") === "PROCESSADA")
        .map((note) => String(Reflect.get(note, "access_key"))),
    ),
    notes: notes.length,
  };
}

const PROMISES: Readonly<Record<string, string>> = {
  "a key twice": "select access_key from notes group by company, access_key having count(*) > 1",
  "a balance that is not the ledger's sum": `select product from
    (select company, product, sum(quantity_e4) as q from movements group by company, product)
    full join balances b using (company, product) where b.quantity_e4 is not q`,
  "an item missing": `select n.id from notes n
    left join (select company, note, count(*) as items from note_items group by company, note) i
      on i.company = n.company and i.note = n.id
    where n.total_items is not i.items`,
  "an original missing": `select n.id from notes n left join originals o using (company, sha256) where o.sha256 is null`,
  // Each of these notes moves all of its items, and none of them has lots.
  "a movement missing": `select n.id from notes n
    left join (select company, posting, reference, count(*) as moved from movements group by company, posting, reference) m
      on m.company = n.company and m.posting = n.posting and m.reference = n.access_key
    where coalesce(m.moved, 0) <> (case n.status when 'PROCESSADA' then n.total_items else 0 end)`,
  "a movement of nothing": `select m.id from movements m
    left join (select company, posting from notes where status = 'PROCESSADA') n using (company, posting)
    where n.posting is null`,
  "an event missing": `select n.id from notes n
    left join (select company, payload ->> 'access_key' as access_key, count(*) as published from events
      where type in ('nfe.registered', 'nfe.processed') group by 1, 2) e using (company, access_key)
    where coalesce(e.published, 0) <> (case n.status when 'PROCESSADA' then 2 else 1 end)`,
  "an audit line missing": `select n.id from notes n
    left join (select distinct company, entity_id from audit) a on a.company = n.company and a.entity_id = n.access_key
    where a.entity_id is null`,
};

/** Every promise kept. */
export const NO_FAULTS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.keys(PROMISES).map((name) => [name, 0]),
);
