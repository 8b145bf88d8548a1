import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { addDays, dayStart, today } from "../../lib/days.ts";
import type { Ports } from "../../ports/ports.ts";

/** Notes of one run; the next run takes the others. */
const SLICE = 500;

/** ?1 company, ?2 received before, ms UTC, ?3 how many. */
const DUE = `select id, access_key, holds from notes indexed by notes_held
  where company = ?1 and status = 'PENDENTE' and holds <> '[]' and held_reported = 0 and received_at < ?2
  order by received_at, id limit ?3`;

/**
 * When a note must have been received, at the latest before this instant (ms UTC), to be held for more than so many calendar
 * days of the company; null: the company does not ask.
 */
export function heldLongBefore(day: string, days: number, timeZone: string): number | null {
  return days === 0 ? null : dayStart(addDays(day, -days), timeZone);
}

/**
 * Appends `nfe.held_long` for each waiting note with holds that was received more than `days` calendar days ago: once for each
 * note. Gives how many.
 */
export async function reportHeldLong(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
  days: number,
  timeZone: string,
  size = SLICE,
): Promise<number> {
  const now = ports.clock.now();
  const before = heldLongBefore(today(now, timeZone), days, timeZone);
  if (before === null) return 0;
  const args = [company, before, size];
  const due = await ports.reader.rows({ sql: `select 1 from (${DUE}) limit 1`, args });
  if (due.length === 0) return 0;
  const statements = [
    appendSelectedEvents(company, now, {
      sql: `select 'nfe.held_long' as type, json_object('access_key', access_key, 'days', ?4,
          'holds', (select json_group_array(value ->> 'code') from json_each(holds))) as payload from (${DUE})`,
      args: [...args, days],
    }),
    {
      sql: `update notes set held_reported = 1 where id in (select id from (${DUE})) returning id`,
      args,
    },
  ];
  return ports.writer.commit({ statements, read: ([, reported]) => reported?.length ?? 0 });
}
