import { dayStart, nextDay } from "../lib/days.ts";

/** Two days of a query, both included, as half-open instants in the company's time zone. */
export function dayRange(
  query: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
): { from: number | undefined; until: number | undefined } {
  return {
    from: query.from === undefined ? undefined : dayStart(query.from, timeZone),
    until: query.to === undefined ? undefined : dayStart(nextDay(query.to), timeZone),
  };
}
