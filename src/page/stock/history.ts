import type { KardexLine } from "./answers.ts";
import { ofScaled, scaledOf } from "./figures.ts";

/** A balance that stays until the next one. */
export interface Step {
  /** YYYY-MM-DD in the browser's time. */
  readonly day: string;
  readonly balance: number;
}

const DAY_OF = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" });
/** The day of an instant in the browser's time: YYYY-MM-DD. */
export const dayOf = (instant: string): string => DAY_OF.format(new Date(instant));

/** By when the goods moved; the order of writing decides between movements of one instant. */
const asHappened = (one: KardexLine, other: KardexLine): number =>
  Date.parse(one.happened_at) - Date.parse(other.happened_at) || one.id - other.id;

/**
 * The balance at the end of each day with a movement, oldest first, and of today. `lines`: the newest movements, newest first. Where
 * they are all, days are those on which the goods moved; else those of the writing, because older movements may be dated later.
 */
export function balanceSteps(
  lines: readonly KardexLine[],
  complete: boolean,
  today: string,
): readonly Step[] {
  const days = new Map<string, number>();
  if (complete) {
    let balance_e4 = 0;
    for (const line of lines.toSorted(asHappened)) {
      balance_e4 += scaledOf(line.quantity);
      days.set(dayOf(line.happened_at), ofScaled(balance_e4));
    }
  } else for (const line of lines.toReversed()) days.set(dayOf(line.created_at), line.balance);
  const steps = [...days].map(([day, balance]) => ({ day, balance }));
  const last = steps.at(-1);
  return last === undefined || last.day >= today
    ? steps
    : [...steps, { day: today, balance: last.balance }];
}

/** What entered and left in a month. */
export interface MonthSum {
  /** YYYY-MM */
  readonly month: string;
  readonly entered: number;
  readonly left: number;
}

const MOST_MONTHS = 12;

/** What entered and left in each of the last twelve months with a movement that `lines` know wholly; what was taken back does not count. */
export function monthSums(lines: readonly KardexLine[], complete: boolean): readonly MonthSum[] {
  const undone = new Set(lines.flatMap(({ id, undoes }) => (undoes === null ? [] : [id, undoes])));
  const dateOf = (line: KardexLine) => (complete ? line.happened_at : line.created_at);
  const sums = new Map<string, { entered_e4: number; left_e4: number }>();
  for (const line of lines) {
    if (undone.has(line.id) || line.quantity === 0) continue;
    const month = dayOf(dateOf(line)).slice(0, 7);
    const sum = sums.get(month) ?? { entered_e4: 0, left_e4: 0 };
    if (line.quantity > 0) sum.entered_e4 += scaledOf(line.quantity);
    else sum.left_e4 -= scaledOf(line.quantity);
    sums.set(month, sum);
  }
  const oldest = lines.at(-1);
  // The oldest month may have begun before the oldest line that is here.
  if (!complete && oldest !== undefined) sums.delete(dayOf(oldest.created_at).slice(0, 7));
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .slice(-MOST_MONTHS)
    .map(([month, sum]) => ({
      month,
      entered: ofScaled(sum.entered_e4),
      left: ofScaled(sum.left_e4),
    }));
}
