import { addDays, dayStart, nextDay } from "../lib/days.ts";

/** Two days of a query, both inclusive, as a half-open range of instants (ms UTC) in the company's time zone. */
export function dayRange(
  query: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
): { from: number | undefined; until: number | undefined } {
  return {
    from: query.from === undefined ? undefined : dayStart(query.from, timeZone),
    until: query.to === undefined ? undefined : dayStart(nextDay(query.to), timeZone),
  };
}

/** The same days as they begin in UTC, for documents that have a day and no time. */
export function plainDays(query: { from?: string | undefined; to?: string | undefined }): {
  fromDay: number | undefined;
  untilDay: number | undefined;
} {
  return {
    fromDay: query.from === undefined ? undefined : dayStart(query.from, "UTC"),
    untilDay: query.to === undefined ? undefined : dayStart(nextDay(query.to), "UTC"),
  };
}

/** Where a moment of a query ends, ms UTC: a day at its end in the company's time zone, an instant at itself. */
export function endOf(moment: string | undefined, timeZone: string): number | undefined {
  if (moment === undefined) return undefined;
  return moment.includes("T") ? Date.parse(moment) : dayStart(nextDay(moment), timeZone);
}

/**
 * When a person says that something happened, ms UTC: an instant at itself, a past day at its end in the company's time zone,
 * today at `now`; null where nothing is said. A day to come is after `now`.
 */
export function happenedAtOf(
  moment: string | null | undefined,
  timeZone: string,
  now: number,
): number | null {
  if (moment == null) return null;
  const end = endOf(moment, timeZone) ?? now;
  if (moment.includes("T")) return end;
  return dayStart(moment, timeZone) <= now && now < end ? now : end - 1;
}

/** The first and the last day of a month (`YYYY-MM`). */
export function daysOfMonth(month: string): { from: string; to: string } {
  // Every month has a day 28, and four days later the next has begun.
  const next = addDays(`${month}-28`, 4).slice(0, 8);
  return { from: `${month}-01`, to: addDays(`${next}01`, -1) };
}
