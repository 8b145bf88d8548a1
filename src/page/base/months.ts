import { addDays } from "../../lib/days.ts";

/** Today on this device: `2026-11-28`. */
export function today(): string {
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** The month before that of a day: `2026-10`. */
export const monthBefore = (day: string): string =>
  addDays(`${day.slice(0, 7)}-01`, -1).slice(0, 7);

/** Months before this one that can be chosen. */
const MOST_BEFORE = 24;

/** The months to choose from, the newest first: this one, those before it, and `chosen`, which may be another. */
export function monthsFor(chosen: string, day = today()): string[] {
  const months = [day.slice(0, 7)];
  while (months.length <= MOST_BEFORE) months.push(monthBefore(`${months.at(-1)}-01`));
  return [...new Set([...months, chosen])].sort().reverse();
}

/** The month that is closed: that of an address (`2026-10`), else the one before this. */
export const closedMonth = (asked: string): string =>
  /^\d{4}-(?:0[1-9]|1[0-2])$/.test(asked) ? asked : monthBefore(today());
