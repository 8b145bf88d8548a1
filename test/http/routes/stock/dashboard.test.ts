import { expect, test } from "bun:test";
import { recordMovement } from "../../../../src/ingest/manual-movements/manual-movement.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { NOON } from "../../../support/ports.ts";
import { causeOf } from "../../../support/ports-with-admin.ts";

const [emit] = SUPPLIERS;
const item = (cProd: string, qCom: string, vUnCom: string) => ({
  cProd,
  xProd: `PRODUTO ${cProd}`,
  uCom: "UN",
  qCom,
  vUnCom,
});
const stats = async ({ send }: TestApp) => (await send("GET", "/api/dashboard/stats")).body;
const evolution = async ({ send }: TestApp) => (await send("GET", "/api/dashboard/evolution")).body;
const sql = ({ ports }: TestApp, text: string) => ports.database.writing.executeMultiple(text);

/** A manual movement at a past instant: the clock is set back for it. */
async function moved(
  { ports }: TestApp,
  at: number | string,
  order: { product: string; type?: "ENTRADA" | "SAIDA"; quantity?: number; cost?: number },
) {
  ports.clock.set(typeof at === "string" ? Date.parse(at) : at);
  await recordMovement(
    ports,
    {
      product: order.product,
      type: order.type ?? "ENTRADA",
      quantity_e4: (order.quantity ?? 1) * 10_000,
      unitCost_e4: order.cost === undefined ? null : order.cost * 10_000,
      lot: null,
      expiresOn: null,
      origin: "MANUAL",
      reference: null,
      notes: null,
    },
    causeOf(1),
  );
  ports.clock.set(NOON);
}

/** A product without movements, as an import would create it. */
const product = (service: TestApp, code: string, columns = "") =>
  sql(
    service,
    `insert into products (company, code, name, unit, created_at, updated_at) values (1, '${code}', '${code}', 'UN', 0, 0);
     ${columns === "" ? "" : `update products set ${columns} where company = 1 and code = '${code}';`}`,
  );

const NO_ALERTS = {
  low: 0,
  expiring: 0,
  expired: 0,
  cost_rose: 0,
  held_long: 0,
  mailboxes_failing: 0,
  webhooks_disabled: 0,
  certificates_ending: 0,
  sefaz_failing: 0,
};
/** A month with these entries and exits after one without any. */
const trendOf = (entries_value: number, exits_value: number) => ({
  now: { from: "2026-11-01", to: "2026-11-23", entries_value, exits_value },
  before: { from: "2026-10-01", to: "2026-10-23", entries_value: 0, exits_value: 0 },
  entries_percent: null,
  exits_percent: null,
});
const NOTHING = { entries: 0, exits: 0, entries_value: 0, exits_value: 0 };

test("a company without movements has zeros and thirty empty days", () =>
  withApp(async (service) => {
    expect(await stats(service)).toEqual({
      total_items: 0,
      total_skus: 0,
      entries_this_month: 0,
      low_stock_count: 0,
      stock_wealth: 0,
      stock_wealth_sale: 0,
      stock_value: 0,
      average_cost: 0,
      idle_stock_count: 0,
      expired_lot_count: 0,
      expiring_lot_count: 0,
      last_movement_at: null,
      trend: trendOf(0, 0),
      alerts: NO_ALERTS,
      waiting: { ready: 0, held: 0 },
      cost_rises: [],
    });
    const days = await evolution(service);
    expect(days).toHaveLength(30);
    expect(days[0]).toEqual({ date: "2026-10-25", ...NOTHING });
    expect(days[29]).toEqual({ date: "2026-11-23", ...NOTHING });
  }));

test("the figures count active products at their last cost, with a weighted average", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ emit, items: [item("P1", "10", "2.50"), item("P2", "4.5", "10.00")] }).xml,
      "?approve=true",
    );
    await service.send("POST", "/api/movements", {
      json: { product_code: "P1", type: "SAIDA", quantity: 3, unit_cost: 4 },
    });
    await product(service, "GONE", "active = 0");
    await product(service, "NEVER", "min_stock_e4 = 1");
    await sql(
      service,
      `update products set sale_price_e2 = 399 where code = 'P1'; update products set min_stock_e4 = 45001 where code = 'P2';
       insert into balances (company, product, quantity_e4, updated_at) values (1, 'GONE', 990000, 0);`,
    );
    expect(await stats(service)).toEqual({
      total_items: 11.5,
      total_skus: 3,
      entries_this_month: 1,
      low_stock_count: 2,
      // 7 × 2.50 + 4.5 × 10.00
      stock_wealth: 62.5,
      stock_wealth_sale: 27.93,
      stock_value: 62.5,
      average_cost: 5.4348,
      idle_stock_count: 0,
      expired_lot_count: 0,
      expiring_lot_count: 0,
      last_movement_at: "2026-11-23T12:00:00.000Z",
      trend: trendOf(70, 12),
      alerts: { ...NO_ALERTS, low: 2 },
      waiting: { ready: 0, held: 0 },
      cost_rises: [],
    });
    expect((await evolution(service)).at(-1)).toEqual({
      date: "2026-11-23",
      entries: 14.5,
      exits: 3,
      entries_value: 70,
      exits_value: 12,
    });
  }));

test("the value at the average cost is the sum that the stock's list has, negative balances too", () =>
  withApp(async (service) => {
    await product(service, "P");
    await product(service, "Q");
    await moved(service, "2026-11-10T12:00:00Z", { product: "P", quantity: 2, cost: 5 });
    await moved(service, "2026-11-20T12:00:00Z", { product: "P", quantity: 1, cost: 50 });
    await sql(
      service,
      "insert into balances (company, product, quantity_e4, value_e2, updated_at) values (1, 'Q', -10000, -250, 0);",
    );
    const { data } = (await service.send("GET", "/api/stock")).body;
    const sum = data.reduce(
      (all: number, one: { stock_value: number }) => all + one.stock_value,
      0,
    );
    expect([sum, (await stats(service)).stock_value]).toEqual([57.5, 57.5]);
  }));

test("a past day keeps its value when prices change later", () =>
  withApp(async (service) => {
    await product(service, "P");
    await moved(service, "2026-11-10T12:00:00Z", { product: "P", quantity: 2, cost: 5 });
    await moved(service, "2026-11-20T12:00:00Z", { product: "P", quantity: 1, cost: 50 });
    const days = await evolution(service);
    const valued = days.filter((day: { entries_value: number }) => day.entries_value > 0);
    expect(valued).toMatchObject([
      { date: "2026-11-10", entries_value: 10 },
      { date: "2026-11-20", entries_value: 50 },
    ]);
    expect(await stats(service)).toMatchObject({ stock_wealth: 150 });
  }));

test("days and months begin at midnight in the company's time zone", () =>
  withApp(async (service) => {
    await product(service, "P");
    // The last second of October and the first of November, in São Paulo.
    await moved(service, "2026-11-01T02:59:59.999Z", { product: "P", quantity: 1 });
    await moved(service, "2026-11-01T03:00:00.000Z", { product: "P", quantity: 2 });
    const of = async () => {
      const days = await evolution(service);
      return days.flatMap((day: { date: string; entries: number }) =>
        day.entries > 0 ? [`${day.date}: ${day.entries}`] : [],
      );
    };
    expect(await of()).toEqual(["2026-10-31: 1", "2026-11-01: 2"]);
    expect((await stats(service)).entries_this_month).toBe(1);
    for (const [zone, days, month] of [
      ["UTC", ["2026-11-01: 3"], 2],
      ["America/Manaus", ["2026-10-31: 3"], 0],
      // UTC+5:45: the next day has begun there, so that the thirty days are others.
      ["Asia/Kathmandu", ["2026-11-01: 3"], 2],
    ] as const) {
      await service.send("PATCH", "/api/company", { json: { time_zone: zone } });
      expect([zone, await of()]).toEqual([zone, [...days]]);
      expect([zone, (await stats(service)).entries_this_month]).toEqual([zone, month]);
    }
  }));

test("cached figures of yesterday are not served after midnight", () =>
  withApp(async (service) => {
    await product(service, "P");
    await moved(service, "2026-10-25T12:00:00Z", { product: "P" });
    expect((await evolution(service))[0]).toMatchObject({ date: "2026-10-25", entries: 1 });
    expect((await stats(service)).idle_stock_count).toBe(0);
    service.ports.clock.set(Date.UTC(2026, 10, 24, 3));
    expect((await evolution(service))[0]).toMatchObject({ date: "2026-10-26", entries: 0 });
    expect((await stats(service)).idle_stock_count).toBe(1);
  }));

test("a product is idle when it is in stock and has not moved for thirty days", () =>
  withApp(async (service) => {
    for (const code of ["OLD", "EMPTY", "NEW", "NEVER"]) await product(service, code);
    await moved(service, "2026-10-01T12:00:00Z", { product: "OLD" });
    await moved(service, "2026-10-01T12:00:00Z", { product: "EMPTY" });
    await moved(service, "2026-10-01T13:00:00Z", { product: "EMPTY", type: "SAIDA" });
    await moved(service, "2026-11-22T12:00:00Z", { product: "NEW" });
    expect(await stats(service)).toMatchObject({ idle_stock_count: 1, total_skus: 4 });
  }));

test("the entries of a month count notes and manual movements, not their lines", () =>
  withApp(async (service) => {
    const items = Array.from({ length: 12 }, (_, i) => item(`P${i}`, "1", "1.00"));
    await service.upload(syntheticNote({ emit, items }).xml, "?approve=true");
    await moved(service, NOON, { product: "P1" });
    await moved(service, NOON, { product: "P1", type: "SAIDA" });
    expect((await stats(service)).entries_this_month).toBe(2);
  }));

test("the figures count more products than one statement reads", () =>
  withApp(async (service) => {
    await sql(
      service,
      `with recursive n (i) as (values (1) union all select i + 1 from n where i < 2500)
       insert into products (company, code, name, unit, last_cost_e2, last_cost_quantity_e4, created_at, updated_at)
       select 1, 'C' || i, 'N', 'UN', 100, 10000, 0, 0 from n;
       insert into balances (company, product, quantity_e4, updated_at) select 1, code, 20000, ${NOON} from products;`,
    );
    expect(await stats(service)).toMatchObject({
      total_skus: 2500,
      total_items: 5000,
      stock_wealth: 5000,
      average_cost: 1,
    });
  }));

test("a failed read is an error, and no zeros are cached", () =>
  withApp(async (service) => {
    await product(service, "P");
    await moved(service, NOON, { product: "P" });
    await sql(service, "alter table ledger_spans rename to elsewhere");
    for (const path of ["/api/dashboard/stats", "/api/dashboard/evolution"])
      expect((await service.send("GET", path)).status).toBe(500);
    await sql(service, "alter table elsewhere rename to ledger_spans");
    expect((await stats(service)).entries_this_month).toBe(1);
    expect((await evolution(service)).at(-1).entries).toBe(1);
  }));

test("the figures include no other company's stock", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ emit }).xml, "?approve=true");
    const theirs = await service.send("GET", "/api/dashboard/stats", { as: "otherCompany" });
    expect(theirs.body).toMatchObject({ total_skus: 0, last_movement_at: null });
  }));

test("an alert that no figure of the stock is made of is counted when its tag rises, and only in its company", () =>
  withApp(async (service) => {
    expect((await stats(service)).alerts).toEqual(NO_ALERTS);
    const json = { url: "https://erp.example/feed", events: ["*"] };
    await service.send("POST", "/api/webhooks", { json });
    await sql(
      service,
      `update webhooks set active = 0, disabled_why = 'gone', disabled_at = 1;
       insert into cache_versions (company, tag, version) values (1, 'alerts', 9);`,
    );
    expect((await stats(service)).alerts).toEqual({ ...NO_ALERTS, webhooks_disabled: 1 });
    const other = await service.send("GET", "/api/dashboard/stats", { as: "otherCompany" });
    expect(other.body.alerts).toEqual(NO_ALERTS);
  }));
