import { expect, test } from "bun:test";
import { percentChange } from "../../../../src/stock/reports/dashboard.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";

const [emit] = SUPPLIERS;
let seed = 0;

/** A note of one product for a value, issued on a day and approved now. */
const bought = (service: TestApp, day: string, value: string) =>
  service.upload(
    syntheticNote({
      seed: ++seed,
      emit,
      items: [{ cProd: "P1", xProd: "PRODUTO P1", uCom: "UN", qCom: "1", vUnCom: value }],
      issuedAt: `${day}T10:00:00-03:00`,
    }).xml,
    "?approve=true",
  );

const trend = async ({ send }: TestApp, query: string) =>
  (await send("GET", `/api/dashboard/stats${query}`)).body.trend;

test("this month until today stands beside the same days of the month before", () =>
  withApp(async (service) => {
    await bought(service, "2026-11-02", "118");
    await bought(service, "2026-10-01", "60");
    await bought(service, "2026-10-23", "40");
    await bought(service, "2026-10-24", "999");
    await bought(service, "2026-09-30", "999");
    expect(await trend(service, "?by=issued")).toEqual({
      now: { from: "2026-11-01", to: "2026-11-23", entries_value: 118, exits_value: 0 },
      before: { from: "2026-10-01", to: "2026-10-23", entries_value: 100, exits_value: 0 },
      entries_percent: 18,
      exits_percent: null,
    });
    expect(await trend(service, "")).toMatchObject({
      now: { entries_value: 2216 },
      before: { entries_value: 0 },
      entries_percent: null,
    });
  }));

test("by=issued an exit without a cost of its own counts what it took of the stock's value", () =>
  withApp(async (service) => {
    await bought(service, "2026-11-02", "118");
    const exit = { product_code: "P1", type: "SAIDA", quantity: 0.5 };
    await service.send("POST", "/api/movements", { json: exit });
    expect((await trend(service, "?by=issued")).now.exits_value).toBe(59);
    const { body } = await service.send("GET", "/api/dashboard/evolution?by=issued");
    expect(body.at(-1)).toMatchObject({ exits: 0.5, exits_value: 59 });
  }));

test("the last days of a long month are compared with the whole of a shorter one before", () =>
  withApp(async (service) => {
    service.ports.clock.set(Date.UTC(2026, 2, 31, 15));
    await bought(service, "2026-02-28", "10");
    await bought(service, "2026-03-01", "5");
    expect(await trend(service, "?by=issued")).toMatchObject({
      now: { from: "2026-03-01", to: "2026-03-31", entries_value: 5 },
      before: { from: "2026-02-01", to: "2026-02-28", entries_value: 10 },
      entries_percent: -50,
    });
  }));

test("a change in per cent is rounded half away from zero, and unknown after nothing", () => {
  expect([
    percentChange(1_005n, 1_000n),
    percentChange(995n, 1_000n),
    percentChange(1_004n, 1_000n),
    percentChange(1_000n, 1_000n),
    percentChange(0n, 1_000n),
    percentChange(5n, 0n),
    percentChange(-5n, 10n),
  ]).toEqual([1, -1, 0, 0, -100, null, -150]);
});
