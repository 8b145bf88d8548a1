import { expect, test } from "bun:test";
import type { Statement } from "../../../src/ports/sql.ts";
import { postLateCost } from "../../../src/stock/posting/late-cost.ts";
import { post } from "../../../src/stock/posting/posting.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { withApp } from "../../support/app.ts";
import { AT, by, DAY, takenBack } from "./one-product.ts";

const ITEMS = 990;
const COSTS = 7;
/** It takes 0.2 s. Each share of a cost that looked for all shares of its posting took 10 s, in which no other write began. */
const MOST_MS = 3_000;

const line = (n: number) => ({
  n,
  code: `P${n}`,
  unit: "UN",
  name: "P",
  spelling: "UN",
  barcode: null,
  ncm: null,
  stock_unit: "UN",
  factor_e4: 10_000,
  factor_divisor: 1,
  cost_e2: 1_000,
  cost_quantity_e4: 10_000,
  product: null,
  save_mapping: false,
  mapped: false,
  factor_given: false,
});
const entry = (n: number) => ({
  code: `P${n}`,
  unit: "UN",
  product: null,
  quantity_e4: 10_000,
  cost_e2: 1_000,
  lot: null,
  expires_on: null,
  line: n,
  part: String(n),
});

test("a note of 990 items with seven late costs about all of them is taken back in a moment", () =>
  withApp(async ({ ports, rows }) => {
    const write = (statements: readonly Statement[]) =>
      ports.writer.commit({ statements, read: () => null });
    const numbers = Array.from({ length: ITEMS }, (_, n) => n + 1);
    const note = { ...by, id: "p", origin: "NFE", reference: "k", supplier: "11222333000181" };
    const what = { lines: numbers.map(line), entries: numbers.map(entry) };
    const when = { at: AT, happenedAt: AT, guard: "select 1" };
    await write(post({ ...note, ownCodes: true, learns: [], ...what, ...when, day: DAY }));
    const shares = numbers.map((about) => ({ about, amount_e2: 500 }));
    for (let n = 0; n < COSTS; n += 1)
      await write(
        postLateCost({ ...by, id: `c${n}`, reference: "k", shares, reason: "frete", ...when }),
      );
    const back = await takenBack(ports, "b", "p", "k");
    const start = performance.now();
    await write(back);
    expect(performance.now() - start).toBeLessThan(MOST_MS);
    expect(
      await rows("select count(*) as n, sum(value_e2 - passed_e2) as value_e2 from movements"),
    ).toEqual([{ n: 2 * ITEMS * (1 + COSTS), value_e2: 0 }]);
    expect(await reconcileAll(ports, 1)).toEqual([]);
  }));
