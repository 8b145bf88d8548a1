import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { balance, close, count, opened, product } from "./counts.ts";

/** 5 of L1 (expires later), 5 of L2 (expires first), 2 of no lot. */
async function stocked(service: TestApp): Promise<void> {
  await product(service, "A", 2);
  for (const [batch_number, expiration_date] of [
    ["L1", "2028-06-30"],
    ["L2", "2027-12-31"],
  ])
    await service.send("POST", "/api/movements", {
      json: {
        product_code: "A",
        type: "ENTRADA",
        quantity: 5,
        unit_cost: 2,
        batch_number,
        expiration_date,
      },
    });
}

const lotsOf = async ({ rows }: TestApp) =>
  Object.fromEntries(
    (await rows("select lot, expires_on, quantity_e4 from lot_balances order by lot")).map(
      ({ lot, expires_on, quantity_e4 }) => [`${lot} ${expires_on}`, Number(quantity_e4) / 10_000],
    ),
  );

type Counted = readonly (readonly [lot: string | null, quantity: number])[];

/** Counts, and closes; what is left of A and of its lots is as expected. */
const leaves = (lines: Counted, expected: object) =>
  withApp(async (service) => {
    await stocked(service);
    const id = await opened(service);
    await count(
      service,
      id,
      lines.map(([lot, quantity]) => ({ product_code: "A", lot, quantity })),
    );
    expect((await close(service, id)).status).toBe(200);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
    const [quantity, value] = await balance(service, "A");
    expect({ quantity: quantity / 10_000, value, lots: await lotsOf(service) }).toMatchObject(
      expected,
    );
  });

test("a shortage leaves the lots whose lines say so, and the rest of it what expires first", async () => {
  await leaves(
    [
      ["L1", 3],
      ["L2", 5],
      [null, 2],
    ],
    {
      quantity: 10,
      value: 2_000,
      lots: { "L1 2028-06-30": 3, "L2 2027-12-31": 5 },
    },
  );
  await leaves(
    [
      ["L1", 4],
      [null, 4],
    ],
    {
      quantity: 8,
      value: 1_600,
      lots: { "L1 2028-06-30": 4, "L2 2027-12-31": 2 },
    },
  );
});

test("a shortage of a product whose lines name no lot takes what expires first", async () => {
  await leaves([[null, 9]], {
    lots: { "L1 2028-06-30": 5, "L2 2027-12-31": 2 },
  });
});

test("a surplus enters the lots whose lines say so, with their expiry, and the rest of it no lot", async () => {
  await leaves(
    [
      ["L1", 7],
      ["L2", 5],
      [null, 3],
    ],
    {
      quantity: 15,
      value: 3_000,
      lots: { "L1 2028-06-30": 7, "L2 2027-12-31": 5 },
    },
  );
  await leaves(
    [
      ["L9", 4],
      ["L1", 5],
      ["L2", 5],
    ],
    {
      quantity: 14,
      lots: { "L1 2028-06-30": 5, "L2 2027-12-31": 5, "L9 never": 2 },
    },
  );
});
