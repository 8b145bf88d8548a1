import { readCursor, saveCursor } from "../../journal/maintenance-cursors.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import { ORIGINALS_CHANGED } from "../note/undone-originals.ts";
import { RULES_VERSION } from "../verdict/rules.ts";
import { rejudgeKeys } from "./rejudge.ts";

const TASK = "verdicts";
/** Most PENDENTE notes that one run reads, and most that it judges again (each document is parsed again). */
const LOOKED_AT = 1_000;
const JUDGED = 100;

/**
 * Judges the PENDENTE notes of the next slice again whose verdict is of older rules or other settings, or whose
 * originals are in stock now or are no longer: a deploy may bring new
 * rules, and a process may have stopped before it had judged all notes after a change of settings. Saves where the next run
 * begins. Returns how many verdicts were replaced. A note whose original cannot be read keeps its verdict.
 */
export async function rejudgeSlice(ports: Ports, company: number): Promise<number> {
  const after = Number(await readCursor(ports, company, TASK));
  const rows = await ports.reader.rows({
    sql: `select id, access_key, rules_version < ?4
        or settings_version <> (select settings_version from companies where id = ?1)
        or (instr(holds, '"awaits_original"') > 0 and not exists (
          select 1 from json_each(notes.referenced) r left join notes o on o.company = ?1 and o.access_key = r.value ->> 'key'
            and o.status = 'PROCESSADA' and o.direction = 'entry' where o.id is null))
        or ${ORIGINALS_CHANGED} as stale
      from notes where company = ?1 and status = 'PENDENTE' and id > ?2 order by id limit ?3`,
    args: [company, after, LOOKED_AT, RULES_VERSION],
  });
  const stale = rows.filter((row) => row.stale === 1);
  const slice = stale.slice(0, JUDGED);
  const done = await rejudgeKeys(
    ports,
    company,
    slice.map((row) => String(row.access_key)),
  );
  const whole = stale.length === slice.length;
  const last = whole ? rows.at(LOOKED_AT - 1)?.id : slice.at(-1)?.id;
  const next = last === undefined ? "" : String(last);
  if (next !== "" || after !== 0)
    await commitStatements(ports.writer, [saveCursor(company, TASK, next, ports.clock.now())]);
  return done;
}

/**
 * Judges the PENDENTE notes again that refer to the note under a key, which has come into stock or has left it, and whose holds
 * depend on it: complements that await it, and its returns.
 */
export async function rejudgeAwaiting(
  ports: Ports,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<void> {
  const rows = await ports.reader.rows(
    {
      sql: `select n.access_key from note_references r cross join notes n on n.id = r.note
        where r.company = ?1 and r.access_key = ?2 and n.status = 'PENDENTE' and (
          instr(n.holds, '"awaits_original"') > 0 or exists (
            select 1 from note_items i where i.company = ?1 and i.note = n.id and i.brings_cost = 0 and i.effect <> 'none'))
        order by r.note limit ${JUDGED}`,
      args: [company, accessKey],
    },
    signal,
  );
  const keys = rows.map((row) => String(row.access_key));
  await rejudgeKeys(ports, company, keys, signal);
}
