import { readCursor, saveCursor } from "../../journal/maintenance-cursors.ts";
import { bumpTagIfChanged } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import { taxesJson } from "../cost/stored-taxes.ts";
import { originalOf } from "../note/stored-note.ts";
import { readingOf } from "./rejudge.ts";

const TASK = "taxes";
/** The cursor of a company whose notes are all done: a note that comes now has its taxes. */
const DONE = "done";
/** Most notes that one run looks at, and most whose documents it parses. */
const LOOKED_AT = 1_000;
const PARSED = 100;

/**
 * Fills the taxes of items that were stored before they were kept, from the originals; the next run continues. Costs, verdicts and
 * movements stay as they are. Gives how many notes were filled; one whose original cannot be read stays without.
 */
export async function fillTaxes(ports: Ports, company: number, parsed = PARSED): Promise<number> {
  const cursor = await readCursor(ports, company, TASK);
  if (cursor === DONE) return 0;
  const rows = await ports.reader.rows({
    sql: `select n.id, n.access_key, n.sha256, exists (
        select 1 from note_items i where i.company = ?1 and i.note = n.id and i.taxes is null) as bare
      from notes n indexed by notes_newest where n.company = ?1 and n.id > ?2 order by n.id limit ?3`,
    args: [company, Number(cursor), LOOKED_AT],
  });
  const bare = rows.filter((row) => row.bare === 1);
  const slice = bare.slice(0, parsed);
  let filled = 0;
  for (const row of slice) {
    const stored = { accessKey: String(row.access_key), sha256: String(row.sha256) };
    const taxes = await taxesOf(ports, company, stored);
    if (taxes === null) continue;
    await commitStatements(ports.writer, [
      {
        sql: `update note_items set taxes = e.value from json_each(?3) e
          where company = ?1 and note = ?2 and position = e.key + 1 and taxes is null`,
        args: [company, Number(row.id), JSON.stringify(taxes)],
      },
      bumpTagIfChanged(company, "nfes"),
    ]);
    filled += 1;
    await ports.yieldToEventLoop();
  }
  const last = slice.length < bare.length ? slice.at(-1)?.id : rows.at(LOOKED_AT - 1)?.id;
  const next = last === undefined ? DONE : String(last);
  await commitStatements(ports.writer, [saveCursor(company, TASK, next, ports.clock.now())]);
  return filled;
}

/** The taxes of each item of a stored note, as `note_items` keeps them; null: its original is gone or cannot be read. */
async function taxesOf(
  ports: Ports,
  company: number,
  stored: { readonly accessKey: string; readonly sha256: string },
): Promise<string[] | null> {
  const bytes = await originalOf(ports, company, stored).catch((error) => {
    if (error instanceof Failed && error.failure.code.startsWith("original.")) return null;
    throw error;
  });
  const reading = bytes && (await readingOf(ports, bytes, stored.accessKey));
  return reading === null ? null : reading.note.items.map(({ taxes }) => taxesJson(taxes));
}
