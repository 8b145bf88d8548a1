import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";

const ZONES = [
  "America/Sao_Paulo",
  "America/Rio_Branco",
  "America/Manaus",
  "America/Noronha",
  "UTC",
  "Pacific/Kiritimati",
  "Pacific/Niue",
];

test("a note issued on a day without a time is found on that day in every time zone", () =>
  withApp(async ({ upload, send }) => {
    const dated = syntheticNote({ layout: "2.00", issuedAt: "2014-05-05T10:00:00-03:00" });
    expect(dated.xml).toContain("<dEmi>2014-05-05</dEmi>");
    await upload(dated.xml);
    const found = async (query: string) =>
      (await send("GET", `/api/nfes?${query}`)).body.pagination.total;
    for (const time_zone of ZONES) {
      await send("PATCH", "/api/company", { json: { time_zone } });
      const days = ["2014-05-04", "2014-05-05", "2014-05-06"];
      const totals = await Promise.all(days.map((day) => found(`from=${day}&to=${day}`)));
      expect([time_zone, ...totals]).toEqual([time_zone, 0, 1, 0]);
      expect(await found("from=2014-05-05")).toBe(1);
      expect(await found("from=2014-05-06")).toBe(0);
      expect(await found("to=2014-05-05")).toBe(1);
      expect(await found("to=2014-05-04")).toBe(0);
    }
  }));

test("a note issued at a time is found on that day in the company's time zone", () =>
  withApp(async ({ upload, send }) => {
    await upload(syntheticNote({ issuedAt: "2026-11-10T23:30:00-03:00" }).xml);
    const found = async (day: string) =>
      (await send("GET", `/api/nfes?from=${day}&to=${day}`)).body.pagination.total;
    for (const [time_zone, day] of [
      ["America/Sao_Paulo", "2026-11-10"],
      ["America/Noronha", "2026-11-11"],
      ["America/Rio_Branco", "2026-11-10"],
    ] as const) {
      await send("PATCH", "/api/company", { json: { time_zone } });
      expect([time_zone, await found(day)]).toEqual([time_zone, 1]);
    }
  }));
