import { expect, test } from "bun:test";
import fc from "fast-check";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { replayLedger } from "../../support/ledger-replay.ts";
import { documentOf, takenBack } from "./one-product.ts";

const act = fc.oneof(
  fc.record({
    kind: fc.constantFrom("buy" as const, "sell" as const, "sell" as const),
    units: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ kind: fc.constant("takeBack" as const), which: fc.nat({ max: 20 }) }),
);

/** What every unit costs, 1/10². */
const PRICE = 1_000;

test(
  "goods of one price are worth it whenever some are here, however they are sold, bought and taken back",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 12 }), (acts) =>
        withApp(async ({ ports, rows }) => {
          await ports.database.writing.execute(
            "insert into products (company, code, name, unit, created_at, updated_at) values (1, 'P', 'P', 'UN', 0, 0)",
          );
          const standing: number[] = [];
          for (const [n, one] of acts.entries()) {
            if (one.kind === "takeBack") {
              const [of] = standing.splice(one.which % Math.max(standing.length, 1), 1);
              if (of === undefined) continue;
              const statements = await takenBack(ports, `u${n}`, `p${of}`, `k${of}`);
              await ports.writer.commit({ statements, read: () => null });
              continue;
            }
            const { kind, units } = one;
            const [q, cost] = kind === "buy" ? [units, units * PRICE] : ([-units, null] as const);
            await ports.writer.commit({
              statements: documentOf(n, q * 10_000, cost),
              read: () => null,
            });
            standing.push(n);
          }
          const ledger = await rows("select * from movements order by id");
          const worth = ledger
            .filter(({ after_e4 }) => Number(after_e4) > 0)
            .map(({ id, after_e4, after_e2 }) => [id, Number(after_e4) / 10_000, after_e2]);
          expect(worth).toEqual(worth.map(([id, q]) => [id, q, Number(q) * PRICE]));
          expect(replayLedger(ledger).wrong).toEqual([]);
          expect(await reconcileAll(ports, 1)).toEqual([]);
          expect((await wrongSteps(ports, 1)).wrong).toEqual([]);
        }),
      ),
      { seed: 20261129, numRuns: FULL ? 4_000 : 30 },
    );
  },
  FULL ? 1_800_000 : 60_000,
);
