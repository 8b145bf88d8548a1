import { expect, test } from "bun:test";
import { daysOfMonth } from "../../src/http/days.ts";

test("a month has its first and its last day, also in a leap year and at the end of a year", () => {
  for (const [month, last] of [
    ["2026-11", "2026-11-30"],
    ["2026-12", "2026-12-31"],
    ["2027-02", "2027-02-28"],
    ["2028-02", "2028-02-29"],
    ["2099-12", "2099-12-31"],
  ] as const)
    expect(daysOfMonth(month)).toEqual({ from: `${month}-01`, to: last });
});
