import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  BACK_FIGURES,
  STEP_FIGURES,
  stepPlace,
  valuationSteps,
} from "../../../src/stock/posting/valued-fold.ts";
import { FULL } from "../../support/full.ts";
import { min, posted, type State, type Step } from "../../support/value-replay.ts";

/** A step as JSON: what is still there of a late cost, and what had left below zero, stand in the column of the units. */
const row = ({ q, c, u = 0n, still, below }: Step, n: number): string => {
  const units = below?.units ?? (still === undefined ? u : still < 0n ? -still : still);
  return `[${n}, ${q}, ${c}, ${units}, ${below?.above ?? 0n}]`;
};

/** The fold alone over two tables of its own: what a posting of `steps` gives from `before`. */
function ledger() {
  const db = new Database(":memory:", { safeIntegers: true });
  db.run(
    "create table balances (company, product, quantity_e4, value_e2, last_cost_e2, last_cost_quantity_e4)",
  );
  db.run("create table products (company, code, last_cost_e2, last_cost_quantity_e4)");
  const text = (reversal: boolean) => `with recursive line as materialized (
      select n, product, q, c, u, above, ${stepPlace()} from (
        select value ->> 0 as n, 'P' as product, value ->> 1 as q, value ->> 2 as c, value ->> 3 as u, value ->> 4 as above
        from json_each(?2))),
    ${valuationSteps({ back: reversal ? "all" : "none" })}
    select f.n, f.q, f.c, ${reversal ? BACK_FIGURES : STEP_FIGURES} from fold f order by f.step`;
  return (
    before: State,
    steps: readonly Step[],
    last: [bigint, bigint] | null,
    reversal: boolean,
  ) => {
    db.run("delete from balances");
    db.run("delete from products");
    // The last cost stands beside the balance, and an older one in `products`; or in `products` alone.
    const cost = last ?? [null, null];
    const beside = last !== null && before.q % 2n === 0n;
    db.run("insert into balances values (1, 'P', ?, ?, ?, ?)", [
      before.q,
      before.v,
      ...(beside ? cost : [null, null]),
    ]);
    db.run("insert into products values (1, 'P', ?, ?)", beside ? [7n, 3n] : cost);
    const json = `[${steps.map(row).join(", ")}]`;
    return db.query(text(reversal)).values(1, json);
  };
}

const amount = (min: bigint, max: bigint) =>
  fc.oneof(
    fc.bigInt({ min, max }),
    fc.bigInt({ min, max: 500n }),
    fc.bigInt({ min, max: 5_000_000n }),
  );
const TOP = 2n ** 52n;
const states: fc.Arbitrary<State> = fc.oneof(
  fc.constant({ q: 0n, v: 0n }),
  fc.record({ q: amount(1n, TOP), v: amount(0n, TOP) }),
  fc.record({ q: amount(1n, TOP), v: amount(0n, TOP) }).map(({ q, v }) => ({ q: -q, v: -v })),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ q: amount(1n, TOP), c: fc.option(amount(0n, TOP)) }),
  amount(1n, TOP).map((q) => ({ q: -q, c: null })),
  fc.record({ q: fc.constant(0n), c: amount(-1_000_000n, TOP), u: amount(1n, TOP) }),
);
const signs = fc.constantFrom(1n, -1n);
const reversals: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({
      above: amount(0n, TOP),
      more: amount(0n, TOP),
      units: amount(1n, TOP),
      c: amount(0n, TOP),
    })
    .map(({ above, more, units, c }) => ({
      q: units + more,
      c,
      below: { units, above: more === 0n ? 0n : above },
    })),
  fc
    .record({ c: amount(1n, TOP), still: amount(0n, TOP), sign: signs })
    .map(({ c, still, sign }) => ({ q: 0n, c: sign * c, still: sign * min(still, c) })),
  fc.record({ q: amount(1n, TOP), c: amount(0n, TOP) }),
  fc.record({ q: amount(1n, TOP), c: amount(0n, TOP) }).map(({ q, c }) => ({ q: -q, c: -c })),
);
const lastCosts = fc.option(fc.tuple(amount(0n, TOP), amount(1n, TOP)));

const beyond = (figure: unknown) =>
  typeof figure !== "bigint" || figure >= 2n ** 53n || figure <= -(2n ** 53n);

const holds = (reversal: boolean, one: fc.Arbitrary<Step>) => {
  const valued = ledger();
  fc.assert(
    fc.property(
      states,
      fc.array(one, { minLength: 1, maxLength: 6 }),
      lastCosts,
      (before, list, last) => {
        const right = posted(
          before,
          list,
          last === null ? null : { e2: last[0], per: last[1] },
          reversal,
        );
        const rows = valued(before, list, last, reversal);
        for (const [i, { valued }] of right.entries()) {
          const figures = [valued.value, valued.passed, valued.after.q, valued.after.v];
          const got = rows[i]?.slice(3) ?? [];
          // A row beyond 2⁵³ is refused by the table; what would follow it does not matter.
          if (figures.some(beyond)) {
            expect([figures, got.some(beyond)]).toEqual([figures, true]);
            break;
          }
          expect(got).toEqual(figures);
        }
        for (const {
          valued: { after },
        } of right)
          expect([
            after,
            after.q === 0n ? after.v === 0n : after.q > 0n === after.v > 0n || after.v === 0n,
          ]).toEqual([after, true]);
      },
    ),
    { seed: 20261128, numRuns: FULL ? 40_000 : 200 },
  );
};

test("a posting's values are those of the rules, step by step, from any state above, at or below zero", () =>
  holds(false, steps));

test("a reversal's values are those of the rules, step by step, from any state", () =>
  holds(true, reversals));
