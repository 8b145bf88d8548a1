import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { addDays, today } from "../../lib/days.ts";
import type { Ports } from "../../ports/ports.ts";

/** Lots of one run; the next run takes the others. */
const SLICE = 500;

/** ?1 company, ?2 today, ?3 in 7 days, ?4 in 30 days, ?5 how many. */
const DUE = `select product, lot, expires_on, iif(expires_on <= ?2, 0, iif(expires_on <= ?3, 7, 30)) as days
  from lot_balances indexed by lots_by_expiry
  where company = ?1 and quantity_e4 > 0 and expires_on <= ?4 and warned_days > iif(expires_on <= ?2, 0, iif(expires_on <= ?3, 7, 30))
  order by expires_on, product, lot limit ?5`;

/**
 * Appends `stock.expiring` for each lot with something in it that has come within 30 days, 7 days or the day of its expiry, in
 * the company's time zone: once for each lot and threshold, and only for the nearest of those passed. Gives how many.
 */
export async function warnExpiring(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
  timeZone: string,
  size = SLICE,
): Promise<number> {
  const now = ports.clock.now();
  const day = today(now, timeZone);
  const args = [company, day, addDays(day, 7), addDays(day, 30), size];
  const due = await ports.reader.rows({ sql: `select 1 from (${DUE}) limit 1`, args });
  if (due.length === 0) return 0;
  const statements = [
    appendSelectedEvents(company, now, {
      sql: `select 'stock.expiring' as type, json_object('product_code', product, 'lot', lot, 'expires_on', expires_on,
          'days', days) as payload from (${DUE})`,
      args,
    }),
    {
      sql: `update lot_balances set warned_days = d.days from (${DUE}) as d
        where lot_balances.company = ?1 and lot_balances.product = d.product and lot_balances.lot = d.lot
          and lot_balances.expires_on = d.expires_on
        returning lot_balances.lot`,
      args,
    },
  ];
  return ports.writer.commit({ statements, read: ([, warned]) => warned?.length ?? 0 });
}
