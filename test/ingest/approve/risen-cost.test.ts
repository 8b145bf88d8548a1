import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";

const bought = (seed: number, ...items: { vUnCom: string; cProd?: string }[]) =>
  syntheticNote({ seed, emit: supplier, items: items.map((item) => ({ ...screw, ...item })) });
const buy = (service: TestApp, seed: number, vUnCom: string) =>
  service.upload(bought(seed, { vUnCom }).xml, "?approve=true");
const reported = async ({ send }: TestApp) => {
  const { body } = await send("GET", "/api/events?limit=500");
  return body.data
    .filter(({ type }: { type: string }) => type === "product.cost_rose")
    .map(({ payload }: { payload: object }) => payload);
};
const counted = async ({ send }: TestApp) =>
  (await send("GET", "/api/dashboard/stats")).body.alerts.cost_rose;

test("an entry is reported when it costs more than 30 % above the average before it, not at 30 %", () =>
  withApp(async (service) => {
    await buy(service, 1, "2.00");
    await buy(service, 2, "2.60");
    expect(await reported(service)).toEqual([]);
    // The average is now 2.30; 2.99 is 30 % above it.
    await buy(service, 3, "3.00");
    expect(await reported(service)).toEqual([
      {
        product_code: expect.any(String),
        movement_id: 3,
        entry_cost: 3,
        average_cost: 2.3,
        percent: 30,
      },
    ]);
    expect(await counted(service)).toBe(1);
  }));

test("risen costs of a note approved apart, and of movements by hand, are reported after their own event", () =>
  withApp(async (service) => {
    await buy(service, 1, "2.00");
    const [product] = await service.rows("select code from products");
    const code = String(product?.code);
    const { accessKey, xml } = bought(2, { vUnCom: "4.00" });
    await service.upload(xml);
    await service.send("POST", `/api/nfes/${accessKey}/process`);
    const entry = (unit_cost: number) => ({
      product_code: code,
      type: "ENTRADA",
      quantity: 1,
      unit_cost,
    });
    await service.send("POST", "/api/movements", { json: entry(8) });
    const lines = [entry(1), entry(16), { ...entry(99), type: "SAIDA" }];
    await service.send("POST", "/api/movements/batch", { json: { items: lines } });
    expect((await reported(service)).map((one: { entry_cost: number }) => one.entry_cost)).toEqual([
      4, 8, 16,
    ]);
    const types = await service.rows("select type from events order by id");
    expect(types.map(({ type }) => type)).toEqual([
      "nfe.registered",
      "nfe.processed",
      "nfe.registered",
      "nfe.processed",
      "product.cost_rose",
      "movement.created",
      "product.cost_rose",
      "movement.created",
      "movement.created",
      "movement.created",
      "product.cost_rose",
    ]);
  }));

test("a posting tells of a product once, of its first entry that is too dear", () =>
  withApp(async (service) => {
    await buy(service, 1, "2.00");
    const dear = bought(2, { vUnCom: "2.10" }, { vUnCom: "3.00" }, { vUnCom: "9.00" });
    await service.upload(dear.xml, "?approve=true");
    expect(await reported(service)).toMatchObject([{ movement_id: 3, entry_cost: 3 }]);
    // What is undone is no new entry.
    await service.send("POST", `/api/nfes/${dear.accessKey}/reverse`, { json: {} });
    expect(await reported(service)).toHaveLength(1);
  }));

test("a product that was empty has no average, and a company without the alert gets no event", () =>
  withApp(async (service) => {
    await buy(service, 1, "50.00");
    expect(await reported(service)).toEqual([]);
    const off = { alert_cost_rise_percent: null };
    const { body } = await service.send("PATCH", "/api/company", { json: off });
    expect(body).toMatchObject(off);
    await buy(service, 2, "500.00");
    expect(await reported(service)).toEqual([]);
    await service.send("PATCH", "/api/company", { json: { alert_cost_rise_percent: 500 } });
    await buy(service, 3, "1500.00");
    expect(await reported(service)).toEqual([]);
    await buy(service, 4, "9000.00");
    expect(await reported(service)).toHaveLength(1);
  }));

test("the dashboard counts risen costs of thirty days", () =>
  withApp(async (service) => {
    // Back, so that no session ends in this test.
    service.ports.clock.advance(-40 * 86_400_000);
    await buy(service, 1, "2.00");
    await buy(service, 2, "9.00");
    service.ports.clock.advance(28 * 86_400_000);
    expect(await counted(service)).toBe(1);
    service.ports.clock.advance(2 * 86_400_000);
    expect(await counted(service)).toBe(0);
  }));

test("the dashboard has the notes that wait, and the five newest risen costs with the name of the product", () =>
  withApp(async (service) => {
    for (const [seed, cost] of [
      "1.00",
      "2.00",
      "4.00",
      "8.00",
      "16.00",
      "32.00",
      "64.00",
    ].entries())
      await buy(service, seed + 1, cost);
    await service.upload(bought(20, { vUnCom: "3.00" }).xml, "?approve=false");
    const [product] = await service.rows("select code from products");
    const path = `/api/products/${String(product?.code)}`;
    await service.send("PATCH", path, { json: { name: "Parafuso sextavado" } });
    const { body } = await service.send("GET", "/api/dashboard/stats");
    expect(body.waiting).toEqual({ ready: 1, held: 0 });
    expect(body.alerts.cost_rose).toBe(6);
    expect(body.cost_rises).toHaveLength(5);
    expect(body.cost_rises[0]).toMatchObject({
      product_code: product?.code,
      product_name: "Parafuso sextavado",
      entry_cost: 64,
    });
    const { body: report } = await service.send("GET", "/api/reports/cost-rises?limit=5");
    expect(report.data).toEqual(body.cost_rises);
  }));
