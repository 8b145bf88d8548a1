import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { withApp } from "../../support/app.ts";
import { patch, put, stock, stocked } from "./product-calls.ts";

test("a line of the stock that comes back unchanged is taken, and changes nothing", () =>
  withApp(async (service) => {
    await stocked(service);
    const before = await stock(service);
    for (const line of before) expect((await put(service, line.code, line)).status).toBe(200);
    expect(await stock(service)).toEqual(before);
    expect(before.map(({ cost_price }) => cost_price)).toContain(0.3333333333);
    expect(await service.rows("select 1 from audit where action = 'product.change'")).toEqual([]);
  }));

test("zeros and empty texts are stored, and an absent maximum or category is none", () =>
  withApp(async (service) => {
    await stocked(service);
    const { body: food } = await service.send("POST", "/api/categories", {
      json: { name: "Alimentos" },
    });
    const [line = {}] = await stock(service);
    const full = {
      ...line,
      sale_price: 9.9,
      min_stock: 2.5,
      max_stock: 8,
      location: "A1",
      category_id: food.id,
    };
    expect((await put(service, "P/1", full)).status).toBe(200);
    expect((await stock(service)).find(({ code }) => code === "P/1")).toMatchObject({
      sale_price: 9.9,
      min_stock: 2.5,
      max_stock: 8,
      location: "A1",
      category_id: food.id,
      category_name: "Alimentos",
      cost_price: 0.3333333333,
    });
    const { max_stock: _, category_id: __, ...less } = full;
    await put(service, "P/1", {
      ...less,
      sale_price: 0,
      min_stock: 0,
      location: "",
      description: "",
    });
    expect((await stock(service)).find(({ code }) => code === "P/1")).toMatchObject({
      sale_price: 0,
      min_stock: 0,
      max_stock: null,
      location: "",
      description: "",
      category_id: null,
      category_name: "Sem Categoria",
      quantity: 3,
    });
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a refused line of the old client has its sentence in error and in message", () =>
  withApp(async (service) => {
    await stocked(service);
    const [line = {}] = await stock(service);
    for (const [code, change, status] of [
      ["P/1", { category_id: 999 }, 400],
      ["P/1", { name: " " }, 400],
      ["P/1", { sale_price: -1 }, 400],
      ["P/1", { barcode: "7891000315508" }, 400],
      ["NADA", {}, 404],
    ] as const) {
      const { status: given, body } = await put(service, code, { ...line, ...change });
      expect([given, body.error]).toEqual([status, body.message]);
      expect(body.message).toMatch(/^\p{Lu}.{10,}/u);
    }
  }));

test("a cost set by a person is kept to its tenth place", () =>
  withApp(async (service) => {
    await stocked(service);
    for (const cost_price of [12.5, 0.1234567891, 0.0000001, 7, 0]) {
      expect((await patch(service, "P/1", { cost_price })).status).toBe(200);
      expect((await stock(service)).find(({ code }) => code === "P/1")?.cost_price).toBe(
        cost_price,
      );
    }
    expect((await patch(service, "P/1", { cost_price: "0.12345678912" })).status).toBe(400);
  }));
