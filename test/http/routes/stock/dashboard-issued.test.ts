import { expect, test } from "bun:test";
import { happenedSpans } from "../../../../src/stock/reports/happened-spans.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";

const [emit] = SUPPLIERS;
const item = { cProd: "P1", xProd: "PRODUTO P1", uCom: "UN", qCom: "10", vUnCom: "2.50" };
const bought = (seed: number, issuedAt: string) =>
  syntheticNote({ seed, emit, items: [item], issuedAt }).xml;

interface Day {
  readonly date: string;
  readonly entries: number;
  readonly exits: number;
}

/** The days that have a movement: `date entries exits`. */
async function days({ send }: TestApp, query: string): Promise<string[]> {
  const { body } = await send("GET", `/api/dashboard/evolution${query}`);
  return body
    .filter(({ entries, exits }: Day) => entries + exits > 0)
    .map(({ date, entries, exits }: Day) => `${date} ${entries} ${exits}`);
}

const monthOf = async ({ send }: TestApp, query: string) =>
  (await send("GET", `/api/dashboard/stats${query}`)).body.entries_this_month;

/** Three notes and two exits that are all written today, 2026-11-23. */
async function written(service: TestApp) {
  await service.upload(bought(1, "2026-10-01T10:00:00-03:00"), "?approve=true");
  await service.upload(bought(2, "2026-11-02T23:30:00-03:00"), "?approve=true");
  await service.upload(bought(3, "2026-11-20T10:00:00-03:00"), "?approve=true");
  const exit = { product_code: "P1", type: "SAIDA", quantity: 4 };
  await service.send("POST", "/api/movements", { json: { ...exit, happened_at: "2026-11-20" } });
  await service.send("POST", "/api/movements", { json: exit });
}

test("by=issued counts each movement on the company's day on which it happened, by=posted on that of its posting", () =>
  withApp(async (service) => {
    await written(service);
    for (const query of ["", "?by=posted"]) {
      expect(await days(service, query)).toEqual(["2026-11-23 30 8"]);
      expect(await monthOf(service, query)).toBe(3);
    }
    expect(await days(service, "?by=issued")).toEqual([
      "2026-11-02 10 0",
      "2026-11-20 10 4",
      "2026-11-23 0 4",
    ]);
    expect(await monthOf(service, "?by=issued")).toBe(2);
    await service.send("PATCH", "/api/company", { json: { time_zone: "UTC" } });
    expect((await days(service, "?by=issued"))[0]).toBe("2026-11-03 10 0");
    expect((await service.send("GET", "/api/dashboard/stats?by=x")).status).toBe(422);
  }));

test("a note that was issued within the days and posted later counts on its day while that is shown", () =>
  withApp(async (service) => {
    await written(service);
    service.ports.clock.set(Date.UTC(2026, 10, 24, 11));
    await service.upload(bought(4, "2026-11-02T09:00:00-03:00"), "?approve=true");
    expect(await days(service, "?by=issued")).toEqual([
      "2026-11-02 20 0",
      "2026-11-20 10 4",
      "2026-11-23 0 4",
    ]);
    expect(await days(service, "")).toEqual(["2026-11-23 30 8", "2026-11-24 10 0"]);
  }));

test("the sums by issue are the same however many movements one statement reads", () =>
  withApp(async (service) => {
    await written(service);
    service.ports.clock.set(Date.UTC(2026, 10, 24, 11));
    await service.upload(bought(5, "2026-11-20T10:01:00-03:00"), "?approve=true");
    const [from, until] = [Date.UTC(2026, 10, 1), Date.UTC(2026, 11, 1)];
    const sumsOf = async (rows?: number) => {
      const spans = await happenedSpans(service.ports, 1, from, until, undefined, rows);
      const byStart = Map.groupBy(spans, ({ start }) => start);
      return [...byStart]
        .sort(([a], [b]) => a - b)
        .map(([start, found]) => [
          start,
          found.reduce((sum, { entries }) => sum + entries, 0),
          found.reduce((sum, { entered_e4, left_e4 }) => sum + entered_e4 - left_e4, 0),
          found.reduce((sum, { entered_e2 }) => sum + entered_e2, 0),
        ]);
    };
    const whole = await sumsOf();
    expect(whole.map(([, entries]) => entries)).toEqual([1, 2, 0, 0]);
    for (const rows of [1, 2, 3]) expect(await sumsOf(rows)).toEqual(whole);
  }));
