import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { addDays, dayAt, dayStart, nextDay, today, zoneOffset } from "../../src/lib/days.ts";

const HOUR = 3_600_000;
const at = (iso: string): number => Date.parse(iso);

/** The same questions answered by Intl's own fields, one instant at a time. */
function localTime(ms: number, timeZone: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(ms);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return {
    day: `${of("year")}-${of("month")}-${of("day")}`,
    time: `${of("hour")}:${of("minute")}:${of("second")}`,
  };
}

/** Not among them: Newfoundland before 2011, set back at 00:01, where a day is not one stretch of time. */
const ZONES = [
  "America/Sao_Paulo",
  "America/Manaus",
  "America/Noronha",
  "UTC",
  "Europe/Lisbon",
  "America/Havana",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "Pacific/Apia",
  "Pacific/Kiritimati",
];
const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: at("1985-01-01T00:00:00Z"), max: at("2045-01-01T00:00:00Z") });
const check = { seed: 20261123, numRuns: 300 };

describe("a day of a time zone", () => {
  test("begins at local midnight where the clocks show it", () => {
    expect(dayStart("2026-11-23", "America/Sao_Paulo")).toBe(at("2026-11-23T03:00:00Z"));
    expect(dayStart("2026-11-23", "UTC")).toBe(at("2026-11-23T00:00:00Z"));
    expect(dayStart("2026-11-23", "Asia/Kathmandu")).toBe(at("2026-11-22T18:15:00Z"));
    expect(dayStart("2026-11-23", "Pacific/Kiritimati")).toBe(at("2026-11-22T10:00:00Z"));
  });

  test("begins after the gap where daylight saving time skips midnight", () => {
    expect(dayStart("2018-11-04", "America/Sao_Paulo")).toBe(at("2018-11-04T03:00:00Z"));
    expect(dayStart("2018-11-05", "America/Sao_Paulo")).toBe(at("2018-11-05T02:00:00Z"));
  });

  test("has 25 hours where the clocks are set back at midnight", () => {
    const [start, end] = ["2019-02-16", "2019-02-17"].map((d) => dayStart(d, "America/Sao_Paulo"));
    expect([start, end]).toEqual([at("2019-02-16T02:00:00Z"), at("2019-02-17T03:00:00Z")]);
  });

  test("that a zone has skipped is empty", () => {
    expect(dayStart("2011-12-30", "Pacific/Apia")).toBe(dayStart("2011-12-31", "Pacific/Apia"));
  });

  test("has an offset in seconds before zones had whole minutes", () => {
    expect(dayStart("1900-01-01", "America/Sao_Paulo")).toBe(at("1900-01-01T03:06:28Z"));
  });

  test("can be any day of the calendar", () => {
    expect(dayStart("0000-01-01", "UTC")).toBe(at("0000-01-01T00:00:00Z"));
    expect(dayStart(nextDay("9999-12-31"), "America/Sao_Paulo")).toBe(
      at("+010000-01-01T03:00:00Z"),
    );
  });

  test("that does not exist, or in an unknown zone, is refused", () => {
    for (const day of [
      "2026-02-30",
      "2026-13-01",
      "2026-1-1",
      "",
      "2026-11-23T00:00",
      "23/11/2026",
    ])
      expect(() => dayStart(day, "UTC")).toThrow(RangeError);
    expect(() => dayStart("2026-11-23", "America/Sao Paulo")).toThrow(RangeError);
    expect(() => nextDay("2026-02-29")).toThrow(RangeError);
  });

  test("has exactly the instants whose local time shows it", () => {
    fc.assert(
      fc.property(instant, zone, (ms, timeZone) => {
        const { day } = localTime(ms, timeZone);
        const [start, end] = [dayStart(day, timeZone), dayStart(nextDay(day), timeZone)];
        expect(start <= ms && ms < end).toBe(true);
        expect(localTime(start, timeZone).day).toBe(day);
        expect(localTime(start - 1, timeZone).day < day).toBe(true);
      }),
      check,
    );
  });

  test("never begins before the day that precedes it", () => {
    fc.assert(
      fc.property(instant, zone, (ms, timeZone) => {
        const day = new Date(ms).toISOString().slice(0, 10);
        const length = dayStart(nextDay(day), timeZone) - dayStart(day, timeZone);
        expect(length).toBeGreaterThanOrEqual(0);
        expect(length).toBeLessThanOrEqual(49 * HOUR);
      }),
      check,
    );
  });
});

describe("the offset of a zone", () => {
  test("added to an instant gives its local time, in any order of instants", () => {
    fc.assert(
      fc.property(fc.array(instant, { minLength: 1, maxLength: 8 }), zone, (instants, timeZone) => {
        const offset = zoneOffset(timeZone);
        for (const ms of instants.flatMap((one) => [one, one + HOUR / 2, one])) {
          const local = new Date(ms + offset(ms)).toISOString();
          const shown = localTime(ms, timeZone);
          expect(local.slice(0, 19)).toBe(`${shown.day}T${shown.time}`);
        }
      }),
      check,
    );
  });

  test("changes in the hour in which the clocks change", () => {
    const offset = zoneOffset("America/St_Johns");
    // Until 2011 Newfoundland changed its clocks one minute after midnight.
    const change = at("2006-04-02T03:31:00Z");
    expect([offset(change - 1), offset(change)]).toEqual([-3.5 * HOUR, -2.5 * HOUR]);
  });
});

test("the next day crosses months, leap days and years", () => {
  expect(
    ["2026-11-30", "2028-02-28", "2027-02-28", "2026-12-31", "9999-12-31"].map(nextDay),
  ).toEqual(["2026-12-01", "2028-02-29", "2027-03-01", "2027-01-01", "+010000-01-01"]);
});

test("the day at an instant is the one that the clocks of its zone show", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: at("1990-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") }),
      fc.constantFrom("America/Sao_Paulo", "America/Noronha", "Asia/Kathmandu", "UTC"),
      fc.integer({ min: -800, max: 800 }),
      (ms, timeZone, count) => {
        const day = dayAt(ms, zoneOffset(timeZone)(ms));
        expect(day).toBe(localTime(ms, timeZone).day);
        expect(today(ms, timeZone)).toBe(day);
        expect(addDays(addDays(day, count), -count)).toBe(day);
      },
    ),
    { seed: 20261123, numRuns: 500 },
  );
  expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
  expect(addDays("2026-11-23", -29)).toBe("2026-10-25");
  expect(() => addDays("2026-02-30", 1)).toThrow(RangeError);
});
