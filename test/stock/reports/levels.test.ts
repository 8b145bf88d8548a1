import { expect, test } from "bun:test";
import { listLevels } from "../../../src/stock/reports/levels.ts";
import { withApp } from "../../support/app.ts";

test("an unknown property of a product is null", () =>
  withApp(async ({ ports }) => {
    await ports.database.writing.execute(
      "insert into products (company, code, name, unit, created_at, updated_at) values (1, 'A', 'PARAFUSO', 'UN', 0, 0)",
    );
    const { levels } = await listLevels(ports, 1, {}, { limit: 10, offset: 0 });
    expect(levels).toMatchObject([
      {
        code: "A",
        description: null,
        categoryId: null,
        barcode: null,
        ncm: null,
        lastCost_e2: null,
        lastCostQuantity_e4: null,
        maxStock_e4: null,
        location: null,
        quantity_e4: 0,
        active: true,
      },
    ]);
  }));

test("a filtered list has and counts only active products of the company", () =>
  withApp(async ({ ports }) => {
    await ports.database.writing.executeMultiple(`
      insert into products (company, code, name, search, unit, category_id, min_stock_e4, active, created_at, updated_at)
      values (1, 'A', 'PARAFUSO', 'parafuso', 'UN', 7, 1, 1, 0, 0), (1, 'B', 'PORCA', 'porca', 'UN', null, 0, 1, 0, 0),
        (1, 'C', 'PARAFUSO', 'parafuso', 'UN', 7, 1, 0, 0, 0), (2, 'D', 'PARAFUSO', 'parafuso', 'UN', null, 1, 1, 0, 0);`);
    const codes = async (filter: Parameters<typeof listLevels>[2]) => {
      const { levels, total } = await listLevels(ports, 1, filter, { limit: 10, offset: 0 });
      return [levels.map(({ code }) => code), total];
    };
    expect(await codes({})).toEqual([["A", "B"], 2]);
    expect(await codes({ search: "parafuso" })).toEqual([["A"], 1]);
    expect(await codes({ categoryId: 7 })).toEqual([["A"], 1]);
    expect(await codes({ low: true })).toEqual([["A"], 1]);
  }));

test("an idle product has something in stock and has not moved since the instant", () =>
  withApp(async ({ ports }) => {
    await ports.database.writing.executeMultiple(`
      insert into products (company, code, name, search, unit, active, created_at, updated_at)
      select 1, value, value, lower(value), 'UN', 1, 0, 0 from json_each('["A","B","C","D"]');
      insert into balances (company, product, quantity_e4, value_e2, updated_at)
      values (1, 'A', 10000, 100, 99), (1, 'B', 10000, 100, 100), (1, 'C', 0, 0, 1);`);
    const { levels } = await listLevels(ports, 1, { idleSince: 100 }, { limit: 10, offset: 0 });
    expect(levels.map(({ code }) => code)).toEqual(["A"]);
  }));
