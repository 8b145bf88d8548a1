/** dhEmi, or dEmi: the date alone (layout 2.00). Some software leaves the offset out. */
const INSTANT =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?)?$/;

/** Where no offset stands, the time is Brasília's, UTC−3, and a date alone is its midnight. */
const BRASILIA_MINUTES = -180;

/** Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss±hh:mm` or `YYYY-MM-DD`; null for any other text. */
export function instantOf(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", offset] = match;
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(whole);
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  if (Number(year) < 1900 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return null;
  const minutes = Number(hour) * 60 + Number(minute) - offsetMinutes(offset);
  return whole + (minutes * 60 + Number(second)) * 1000;
}

function offsetMinutes(offset: string | undefined): number {
  if (offset === undefined) return BRASILIA_MINUTES;
  if (offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4));
  return offset.startsWith("-") ? -minutes : minutes;
}

/** The instant of a note's `ide.issuedAt` (checked when it was read), in milliseconds since 1970. */
export function issuedMs(issuedAt: string): number {
  const ms = instantOf(issuedAt);
  if (ms === null) throw new RangeError(`not an instant: ${issuedAt}`);
  return ms;
}

/** `YYYY-MM-DD` of a day that exists. */
export const isDay = (text: string): boolean => text.length === 10 && instantOf(text) !== null;
