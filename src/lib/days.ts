const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What `longOffset` prints: "GMT-03:00", "GMT-03:06:28" (before zones had whole minutes), "GMT" or "GMT+00:00". */
const OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** Making one takes longer than most questions that are asked of it: those of the last zones are kept. */
const formats = new Map<string, Intl.DateTimeFormat>();
const KEPT_FORMATS = 64;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  if (formats.size >= KEPT_FORMATS) formats.clear();
  formats.set(timeZone, made);
  return made;
}

/**
 * How far the clocks of an IANA zone are ahead of UTC at an instant, both in milliseconds. The returned function keeps the
 * last hour, so that instants in order cost next to nothing. Throws RangeError for an unknown zone.
 */
export function zoneOffset(timeZone: string): (ms: number) => number {
  const format = formatOf(timeZone);
  const read = (ms: number): number => {
    const [, sign, hours, minutes, seconds] = OFFSET.exec(format.format(ms)) ?? [];
    const size =
      (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000 + Number(seconds ?? 0) * 1_000;
    return sign === "-" ? -size : size;
  };
  let hour = Number.NaN;
  let steady: number | null = null;
  return (ms) => {
    const start = Math.floor(ms / HOUR) * HOUR;
    if (start !== hour) {
      const offset = read(start);
      // Clocks do not change twice in an hour: equal ends mean one offset for the whole hour.
      steady = read(start + HOUR) === offset ? offset : null;
      hour = start;
    }
    return steady ?? read(ms);
  };
}

/**
 * The instant (ms UTC) at which a calendar day (YYYY-MM-DD) begins in an IANA zone: half-open days are
 * `[dayStart(d), dayStart(nextDay(d)))`. Where the clocks skip midnight, the day begins when they stand after the gap
 * (America/Sao_Paulo, 2018-11-04: 01:00); a day that a zone has left out is empty. Where they are set back across midnight
 * (only zones that changed at 00:01 did), the repeated minutes count to one of the two days, always the same.
 * Throws RangeError for an unknown zone or day.
 */
export function dayStart(day: string, timeZone: string): number {
  const midnight = midnightUtc(day);
  const offset = zoneOffset(timeZone);
  // No zone was ever 16 hours from UTC: the day has not begun at one end and has at the other.
  let before = midnight - 16 * HOUR;
  let begun = midnight + 16 * HOUR;
  while (begun - before > 1) {
    const middle = Math.floor((before + begun) / 2);
    if (middle + offset(middle) >= midnight) begun = middle;
    else before = middle;
  }
  return begun;
}

/** The calendar day after a day; after 9999-12-31 comes +010000-01-01, as ISO 8601 writes it. Throws RangeError for no day. */
export function nextDay(day: string): string {
  return addDays(day, 1);
}

/** The calendar day so many days after a day, or before it. Throws RangeError for no day. */
export function addDays(day: string, count: number): string {
  return dayText(midnightUtc(day) + count * DAY);
}

/** The calendar day (YYYY-MM-DD) at an instant, for clocks that are `ahead` ms ahead of UTC then. */
export const dayAt = (ms: number, ahead: number): string => dayText(ms + ahead);

/** The offsets of the last zones, each with the hour that it keeps: every note asks what day it is now. */
const offsets = new Map<string, (ms: number) => number>();

/** The calendar day (YYYY-MM-DD) in an IANA zone at an instant (ms UTC). Throws RangeError for an unknown zone. */
export function today(now: number, timeZone: string): string {
  const offset = offsets.get(timeZone) ?? zoneOffset(timeZone);
  if (offsets.size >= KEPT_FORMATS) offsets.clear();
  offsets.set(timeZone, offset);
  return dayAt(now, offset(now));
}

/** The midnight of a day in UTC. */
function midnightUtc(day: string): number {
  const shaped = /^(\d{4}|\+\d{6})-\d{2}-\d{2}$/.test(day);
  const midnight = shaped ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // Some engines roll 30 February over into March.
  if (Number.isNaN(midnight) || dayText(midnight) !== day) throw new RangeError(`no day: ${day}`);
  return midnight;
}

const dayText = (ms: number): string => new Date(ms).toISOString().replace(/T.*$/, "");

/** Days from `today` to a day (both YYYY-MM-DD); below 0: it has passed. */
export const daysUntil = (today: string, day: string): number =>
  Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
