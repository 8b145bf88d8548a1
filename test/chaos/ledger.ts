import { openDatabase } from "../../src/platform/bun/database.ts";

/**
 * What is wrong in a database after all that happened to it, in plain SQL and with nothing of the service's own checks:
 * a name for each promise, and how many rows break it. `approved`: the keys of the notes that are PROCESSADA.
 */
export async function inspected(path: string) {
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
  "an item missing": `select id from notes n where total_items <>
    (select count(*) from note_items i where i.company = n.company and i.note = n.id)`,
  "an original missing": `select id from notes n where not exists
    (select 1 from originals o where o.company = n.company and o.sha256 = n.sha256)`,
  // Each of these notes moves all of its items, and none of them has lots.
  "a movement missing": `select id from notes n where (case status when 'PROCESSADA' then total_items else 0 end) <>
    (select count(*) from movements m where m.company = n.company and m.reference = n.access_key and m.posting = n.posting)`,
  "a movement of nothing": `select id from movements m where not exists
    (select 1 from notes n where n.company = m.company and n.posting = m.posting and n.status = 'PROCESSADA')`,
  "an event missing": `select id from notes n where (case status when 'PROCESSADA' then 2 else 1 end) <>
    (select count(*) from events e where e.company = n.company and e.payload ->> 'access_key' = n.access_key
      and e.type in ('nfe.registered', 'nfe.processed'))`,
  "an audit line missing": `select id from notes n where not exists
    (select 1 from audit a where a.company = n.company and a.entity_id = n.access_key)`,
};

/** Every promise kept. */
export const UNBROKEN: Readonly<Record<string, number>> = Object.fromEntries(
  Object.keys(PROMISES).map((name) => [name, 0]),
);
