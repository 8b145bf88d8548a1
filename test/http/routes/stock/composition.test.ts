import { expect, test } from "bun:test";
import { type TestApp, withApp } from "../../../support/app.ts";

const DAY = 86_400_000;
/** 2026-11-23, noon in Greenwich: the 23rd in Brasília too. */
const days = (n: number) => Date.UTC(2026, 10, 23, 12) - n * DAY;

const fill = (
  { ports }: TestApp,
  products: readonly (readonly [string, number, number, number])[],
) =>
  ports.database.writing.executeMultiple(
    products
      .map(
        ([code, quantity, value, moved]) =>
          `insert into products (company, code, name, unit, created_at, updated_at) values (1, '${code}', 'Nome ${code}', 'UN', 0, 0);
           insert into balances (company, product, quantity_e4, value_e2, updated_at)
             values (1, '${code}', ${quantity * 10_000}, ${value * 100}, ${days(moved)});`,
      )
      .join("\n"),
  );

test("the stock is summed by category, by value, and by the days since its last movement", () =>
  withApp(async (service) => {
    await fill(service, [
      ["A", 10, 300, 0],
      ["B", 1, 700, 30],
      ["C", 5, 50, 31],
      ["D", 2, 20, 90],
      ["E", 1, 5, 400],
      ["VAZIO", 0, 0, 400],
    ]);
    const category = await service.send("POST", "/api/categories", { json: { name: "Grãos" } });
    await service.ports.database.writing.executeMultiple(
      `update products set category_id = ${category.body.id} where code in ('A', 'C')`,
    );
    const { body } = await service.send("GET", "/api/dashboard/stock");
    expect(body.categories).toEqual([
      { id: null, name: null, products: 3, value: 725 },
      { id: category.body.id, name: "Grãos", products: 2, value: 350 },
    ]);
    expect(body.most_valuable[0]).toEqual({
      code: "B",
      name: "Nome B",
      unit: "UN",
      quantity: 1,
      value: 700,
    });
    expect(body.most_valuable.map(({ code }: { code: string }) => code).join("")).toBe("BACDE");
    expect(body.ages).toEqual([
      { from_days: 0, products: 2, value: 1000 },
      { from_days: 31, products: 1, value: 50 },
      { from_days: 61, products: 1, value: 20 },
      { from_days: 91, products: 0, value: 0 },
      { from_days: 181, products: 1, value: 5 },
    ]);
  }));

test("the parts of a large stock add up to the whole, and the most valuable are those of all slices", () =>
  withApp(async (service) => {
    await service.ports.database.writing.executeMultiple(`
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 2500)
        insert into products (company, code, name, unit, created_at, updated_at)
        select 1, printf('P%05d', i), 'Produto', 'UN', 0, 0 from n;
      insert into balances (company, product, quantity_e4, value_e2, updated_at)
        select 1, code, 10000, 100 * cast(substr(code, 2) as integer), 0 from products;`);
    const { body } = await service.send("GET", "/api/dashboard/stock");
    const value = (2_500 * 2_501) / 2;
    expect(body.categories).toEqual([{ id: null, name: null, products: 2_500, value }]);
    expect(body.ages.at(-1)).toEqual({ from_days: 181, products: 2_500, value });
    expect(body.most_valuable.map(({ code }: { code: string }) => code)).toEqual(
      Array.from({ length: 10 }, (_, i) => `P0${2_500 - i}`),
    );
  }));

test("lots that expire are summed week by week from today, at the average of their product", () =>
  withApp(async (service) => {
    await fill(service, [["A", 10, 300, 0]]);
    const lots = [
      ["2026-11-22", 1],
      ["2026-11-23", 2],
      ["2026-11-29", 1],
      ["2026-11-30", 1],
      ["2027-02-14", 1],
      ["2027-02-15", 1],
      ["never", 1],
    ] as const;
    await service.ports.database.writing.executeMultiple(
      lots
        .map(
          ([on, quantity], i) =>
            `insert into lot_balances (company, product, lot, expires_on, quantity_e4)
               values (1, 'A', 'L${i}', '${on}', ${quantity * 10_000});`,
        )
        .join("\n"),
    );
    const { expiring } = (await service.send("GET", "/api/dashboard/stock")).body;
    expect(expiring.length).toBe(12);
    expect(expiring.filter(({ lots: some }: { lots: number }) => some > 0)).toEqual([
      { from: "2026-11-23", lots: 2, value: 90 },
      { from: "2026-11-30", lots: 1, value: 30 },
      { from: "2027-02-08", lots: 1, value: 30 },
    ]);
  }));
