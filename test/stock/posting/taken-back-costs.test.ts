import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Statement } from "../../../src/ports/sql.ts";
import { postLateCost } from "../../../src/stock/posting/late-cost.ts";
import { movementStatements } from "../../../src/stock/posting/movement.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { replayLedger } from "../../support/ledger-replay.ts";
import { type State, step } from "../../support/value-replay.ts";
import { AT, by, DAY, documentOf, takenBack } from "./one-product.ts";

const which = fc.nat({ max: 20 });
const act = fc.oneof(
  fc.record({
    kind: fc.constant("buy" as const),
    units: fc.integer({ min: 1, max: 30 }),
    cents: fc.integer({ min: 1, max: 20_000 }),
  }),
  fc.record({ kind: fc.constant("sell" as const), units: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant("sellBack" as const), which }),
  fc.record({
    kind: fc.constant("cost" as const),
    which,
    cents: fc.oneof(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: -5_000, max: -1 }),
      // One that a person has mistyped: more than all of the stock is worth.
      fc.constant(-9_999_999),
    ),
  }),
  fc.record({ kind: fc.constant("costBack" as const), which }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** Takes from a list what `n` chooses. */
const take = <T>(list: T[], n: number): T | undefined =>
  list.splice(n % Math.max(list.length, 1), 1)[0];

/**
 * Plays what people do with the goods and the late costs of one product, then takes back every cost that still stands. Gives what the
 * stock would be had there never been a cost, read with BigInt, and how many times a value was rounded.
 */
async function play({ ports }: TestApp, acts: readonly Act[]) {
  let never: State = { q: 0n, v: 0n };
  let roundings = 0;
  const buys: { key: string; id: number }[] = [];
  const costs: { id: string; key: string; cents: number }[] = [];
  let sales: { id: string; q: bigint; c: bigint }[] = [];
  const write = (statements: readonly Statement[]) =>
    ports.writer.commit({ statements, read: () => null });
  const takeBack = async (id: string, of: string, accessKey: string | null) => {
    await write(await takenBack(ports, id, of, accessKey));
    roundings += 1;
  };
  for (const [n, one] of acts.entries()) {
    if (one.kind === "buy") {
      const [q, c] = [one.units * 10_000, one.cents];
      await write(documentOf(n, q, c));
      never = step(never, { q: BigInt(q), c: BigInt(c) }, null).after;
      const [row] = await ports.reader.rows({
        sql: "select max(id) as id from movements",
        args: [],
      });
      buys.push({ key: `k${n}`, id: Number(row?.id) });
      // A sale of before comes back into another average: its share of a cost is known no more.
      sales = [];
    } else if (one.kind === "sell") {
      const q = BigInt(one.units) * 10_000n;
      if (q > never.q) continue;
      const sold = {
        ...by,
        posting: `s${n}`,
        product: "P",
        quantity_e4: -Number(q),
        cost_e2: null,
      };
      const more = { lot: null, expiresOn: null, reference: null, notes: null, origin: "AJUSTE" };
      await write(
        movementStatements({ ...sold, ...more, at: AT + n, happenedAt: AT + n, day: DAY }),
      );
      const { value, after } = step(never, { q: -q, c: null }, null);
      never = after;
      sales.push({ id: `s${n}`, q, c: -value });
      roundings += 1;
    } else if (one.kind === "sellBack") {
      const sale = take(sales, one.which);
      if (sale === undefined) continue;
      await takeBack(`b${n}`, sale.id, null);
      never = step(never, { q: sale.q, c: sale.c }, null).after;
    } else if (one.kind === "cost") {
      const about = buys[one.which % Math.max(buys.length, 1)];
      // Of two rebates that stand it is not known which has taken what of an older cost.
      const isSecond = one.cents < 0 && costs.some(({ cents }) => cents < 0);
      if (about === undefined || isSecond) continue;
      const shares = [{ about: about.id, amount_e2: one.cents }];
      const cost = { ...by, id: `c${n}`, reference: about.key, shares, reason: "frete" };
      await write(postLateCost({ ...cost, at: AT + n, happenedAt: AT + n, guard: "select 1" }));
      costs.push({ id: `c${n}`, key: about.key, cents: one.cents });
      roundings += 1;
    } else {
      const cost = take(costs, one.which);
      if (cost !== undefined) await takeBack(`b${n}`, cost.id, cost.key);
      // A sale of before comes back with the cost that it had.
      sales = [];
    }
  }
  for (const [n, { id, key }] of costs.entries()) await takeBack(`e${n}`, id, key);
  return { never, roundings };
}

test(
  "late costs that are all taken back leave the stock as if they had never been, to a cent for each step",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), (acts) =>
        withApp(async (service) => {
          await service.ports.database.writing.execute(
            "insert into products (company, code, name, unit, created_at, updated_at) values (1, 'P', 'P', 'UN', 0, 0)",
          );
          const { never, roundings } = await play(service, acts);
          const [row = { quantity_e4: 0, value_e2: 0 }] = await service.rows(
            "select quantity_e4, value_e2 from balances",
          );
          expect(BigInt(Number(row.quantity_e4))).toBe(never.q);
          const off = Math.abs(Number(row.value_e2) - Number(never.v));
          expect([row.value_e2, Number(never.v), off <= roundings]).toEqual([
            row.value_e2,
            Number(never.v),
            true,
          ]);
          expect(
            replayLedger(await service.rows("select * from movements order by id")).wrong,
          ).toEqual([]);
          expect(await reconcileAll(service.ports, 1)).toEqual([]);
          expect((await wrongSteps(service.ports, 1)).wrong).toEqual([]);
        }),
      ),
      {
        seed: Number(process.env.SEED ?? 20261129),
        numRuns: Number(process.env.HISTORIES ?? (FULL ? 4_000 : 30)),
      },
    );
  },
  FULL ? 1_800_000 : 60_000,
);
