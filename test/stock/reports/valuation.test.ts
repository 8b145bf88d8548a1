import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { divideHalfUp } from "../../../src/lib/decimal.ts";
import { totalValue, valuationColumns } from "../../../src/stock/reports/valuation.ts";
import { type TestPorts, testPorts } from "../../support/ports.ts";

let ports: TestPorts;
beforeAll(async () => {
  ports = await testPorts();
});
afterAll(() => ports.close());

interface Line {
  quantity_e4: number;
  price_e2: number | null;
  per_e4: number | null;
}

/** What the database and `worth` make of lines. */
async function reckoned(lines: readonly Line[]): Promise<bigint> {
  const { sum, rest } = valuationColumns("price_e2", "per_e4");
  const [row] = await ports.reader.rows({
    sql: `select ${sum} as fits, ${rest} as rest from (
      select value ->> 'quantity_e4' as quantity_e4, value ->> 'price_e2' as price_e2, value ->> 'per_e4' as per_e4
      from json_each(?1))`,
    args: [JSON.stringify(lines)],
  });
  return totalValue(row?.fits, row?.rest);
}

const byHand = (lines: readonly Line[]): bigint =>
  lines.reduce(
    (sum, { quantity_e4, price_e2, per_e4 }) =>
      price_e2 === null || per_e4 === null
        ? sum
        : sum + divideHalfUp(BigInt(quantity_e4) * BigInt(price_e2), BigInt(per_e4)),
    0n,
  );

const most = Number.MAX_SAFE_INTEGER;
const upTo = (max: number, min = 0) =>
  fc.oneof(
    fc.integer({ min, max: Math.min(max, 100_000) }),
    fc.maxSafeInteger().map((n) => Math.max(min, Math.abs(n))),
  );

test("the value in SQL equals the value in BigInt to the cent", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          quantity_e4: fc.oneof(fc.integer({ min: -100_000, max: 100_000 }), fc.maxSafeInteger()),
          price_e2: fc.option(upTo(most), { freq: 9 }),
          per_e4: fc.option(upTo(most, 1), { freq: 9 }),
        }),
        { maxLength: 12 },
      ),
      async (lines) => expect(await reckoned(lines)).toBe(byHand(lines)),
    ),
    { seed: 20261123, numRuns: 300 },
  ));

test("a thousand of the largest values fit 64 bits", async () => {
  const lines = Array(1_000).fill({ quantity_e4: most, price_e2: 1, per_e4: 1 });
  expect(await reckoned(lines)).toBe(1_000n * BigInt(most));
});

test("half a cent rounds away from zero", async () => {
  expect(await reckoned([{ quantity_e4: 5_000, price_e2: 1, per_e4: 10_000 }])).toBe(1n);
  expect(await reckoned([{ quantity_e4: -5_000, price_e2: 1, per_e4: 10_000 }])).toBe(-1n);
  expect(await reckoned([{ quantity_e4: 4_999, price_e2: 1, per_e4: 10_000 }])).toBe(0n);
  expect(await reckoned([])).toBe(0n);
});
