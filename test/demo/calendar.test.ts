import { expect, test } from "bun:test";
import { monthBefore, workingDaysBefore } from "../../src/demo/calendar.ts";
import { purchases } from "../../src/demo/purchases.ts";

test("the month of the demo ends the day before today, has no Sunday, and its purchases are spread over it", () => {
  // After a Sunday, over the end of a year, and over a leap day.
  for (const today of ["2026-03-02", "2027-01-01", "2028-03-01"]) {
    const days = workingDaysBefore(today);
    expect([days.length, new Set(days).size]).toEqual([25, 25]);
    expect(days.toSorted()).toEqual(days);
    expect(days.some((day) => new Date(day).getUTCDay() === 0)).toBe(false);
    expect((days.at(-1) ?? "") < today).toBe(true);
  }
  const issued = purchases(monthBefore("2027-01-01")).map(
    ({ xml }) => /<dhEmi>(\d{4}-\d\d-\d\d)/.exec(xml)?.[1],
  );
  expect(new Set(issued)).toEqual(new Set(workingDaysBefore("2027-01-01").slice(0, 24)));
});
