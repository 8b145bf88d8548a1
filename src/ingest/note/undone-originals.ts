import type { Ports } from "../../ports/ports.ts";
import type { UndoneOriginal } from "../verdict/rule-input.ts";
import type { StoredNote } from "./stored-note.ts";

/*
 * A return of a note that was reversed or cancelled: what that note had moved was taken back, so that the goods would come back,
 * or leave, twice.
 */

export const ORIGINAL_REVERSED = "original_reversed";
/** SQL list: the states of a note whose goods, as the ledger has it, have not moved. */
const UNDONE = "('ESTORNADA', 'CANCELADA')";

/** Of the notes under these keys those that were reversed or cancelled. */
export async function undoneAmong(
  ports: Pick<Ports, "reader">,
  company: number,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<readonly UndoneOriginal[]> {
  if (keys.length === 0) return [];
  const rows = await ports.reader.rows(
    {
      sql: `select o.access_key, o.direction from json_each(?2) k cross join notes o on o.company = ?1 and o.access_key = k.value
        where o.status in ${UNDONE}`,
      args: [company, JSON.stringify(keys)],
    },
    signal,
  );
  return rows.map(({ access_key, direction }) => ({
    key: String(access_key),
    direction: direction === "entry" || direction === "exit" ? direction : "none",
  }));
}

/** SQL condition that holds while none of the notes of a JSON list of keys that moved goods in another direction is undone. ?1: company. */
export const noneUndone = (keys: string, direction: string): string => `not exists (
    select 1 from json_each(${keys}) k cross join notes o on o.company = ?1 and o.access_key = k.value
    where o.status in ${UNDONE} and o.direction in ('entry', 'exit') and o.direction <> ${direction})`;

/** SQL condition on a row of `notes`: its hold does not say what its originals are now. ?1: company. */
export const ORIGINALS_CHANGED = `(referenced is not null and (instr(holds, '"${ORIGINAL_REVERSED}"') > 0) <> (
    direction <> 'none' and exists (
      select 1 from json_each(notes.referenced) r cross join notes o on o.company = ?1 and o.access_key = r.value ->> 'key'
      where o.status in ${UNDONE} and o.direction in ('entry', 'exit') and o.direction <> notes.direction)
    and exists (
      select 1 from note_items i where i.company = ?1 and i.note = notes.id and i.brings_cost = 0 and i.effect <> 'none')))`;

/** The keys that a stored note names, each once. */
export const referencedKeys = ({ referenced }: Pick<StoredNote, "referenced">): string[] => [
  ...new Set((referenced ?? []).map(({ key }) => key)),
];

/** Whether the originals of a stored note have been reversed, or approved again, since it was judged. Reads only. */
export async function originalsChanged(
  ports: Pick<Ports, "reader">,
  company: number,
  note: StoredNote,
  signal?: AbortSignal,
): Promise<boolean> {
  const undone = await undoneAmong(ports, company, referencedKeys(note), signal);
  const held = note.holds.some(({ code }) => code === ORIGINAL_REVERSED);
  return (
    held !== undone.some(({ direction }) => direction !== "none" && direction !== note.direction)
  );
}
