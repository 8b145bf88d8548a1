/** On which days the notes of the demo were issued; each time is `YYYY-MM-DDThh:mm:ss±hh:00`. */
export interface Calendar {
  /** The purchase number `slot`, 0 to 23. */
  purchase(slot: number): string;
  /** Our sale number `n`, 0 to 4. */
  sale(n: number): string;
  /** The notes that are no ordinary purchase. */
  readonly special: string;
  /** When the first lots of a purchase expire, and the others: `YYYY-MM-DD`; `visit`: 0 to 3. */
  lots(visit: number): readonly [first: string, other: string];
}

const two = (n: number): string => String(n).padStart(2, "0");

/** November 2026: for tests and pictures, which are always the same. */
export const NOVEMBER: Calendar = {
  purchase: (slot) => `2026-11-${two(1 + slot)}T08:15:00-03:00`,
  sale: (n) => `2026-11-${26 + (n % 4)}T15:40:00-03:00`,
  special: "2026-11-27T10:00:00-03:00",
  lots: () => ["2027-06-30", "2028-06-30"],
};

const DAY_MS = 86_400_000;
/** How many working days the month has; the purchases come on the first 24. */
export const WORKING_DAYS = 25;

/** The day that is `days` after one of `YYYY-MM-DD`. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

const isSunday = (day: string): boolean => new Date(`${day}T12:00:00Z`).getUTCDay() === 0;

/** The last working days (Monday to Saturday) before `today` (`YYYY-MM-DD`), oldest first. */
export function workingDaysBefore(today: string, many = WORKING_DAYS): string[] {
  const found: string[] = [];
  for (let n = 1; found.length < many; n++) {
    const day = dayAfter(today, -n);
    if (!isSunday(day)) found.unshift(day);
  }
  return found;
}

/** The month that ends the day before `today` (`YYYY-MM-DD`). */
export function monthBefore(today: string): Calendar {
  const days = workingDaysBefore(today);
  const at = (n: number): string => days[Math.min(n, days.length - 1)] ?? today;
  return {
    purchase: (slot) => `${at(slot)}T08:15:00-03:00`,
    sale: (n) => `${at(19 + n)}T15:40:00-03:00`,
    special: `${at(24)}T10:00:00-03:00`,
    lots: (visit) => [dayAfter(today, 2 + visit * 7), dayAfter(today, 8 + visit * 7)],
  };
}
