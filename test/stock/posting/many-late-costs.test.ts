import { expect, test } from "bun:test";
import type { Statement } from "../../../src/ports/sql.ts";
import { costStillThere } from "../../../src/stock/posting/cost-still-there.ts";
import { postLateCost } from "../../../src/stock/posting/late-cost.ts";
import { movementStatements } from "../../../src/stock/posting/movement.ts";
import { post } from "../../../src/stock/posting/posting.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { withApp } from "../../support/app.ts";
import { notePosting } from "../../support/note-posting.ts";
import { AT, by, DAY, takenBack } from "./one-product.ts";

const ITEMS = 990;
const COSTS = 14;

const numbers = Array.from({ length: ITEMS }, (_, n) => n + 1);
const when = { at: AT, happenedAt: AT, guard: "select 1" };

/** Statements of a note (posting `p1`, key `k1`) of 990 items, one unit each, of the product that `code` names for an item. */
const longNote = (code: (n: number) => string): Statement[] =>
  post(
    notePosting(
      1,
      numbers.map((n) => ({ product: code(n), quantity_e4: 10_000, cost_e2: 1_000 })),
    ),
  );

/** A late cost, or a rebate, of so much (1/10²) for each of the 990 movements of the note. */
const lateCost = (id: string, amount_e2: number): Statement[] => {
  const shares = numbers.map((about) => ({ about, amount_e2 }));
  return postLateCost({ ...by, id, reference: "k1", shares, reason: "frete", ...when });
};

/* What is looked for once for each of 990 shares, of 990 others, holds the only writer for half a minute. */

test("a note of 990 items with fourteen late costs about all of them is taken back whole", () =>
  withApp(async ({ ports, rows }) => {
    const write = (statements: readonly Statement[]) =>
      ports.writer.commit({ statements, read: () => null });
    await write(longNote((n) => `P${n}`));
    for (let n = 0; n < COSTS; n += 1) await write(lateCost(`c${n}`, 500));
    const back = await takenBack(ports, "b", "p1", "k1");
    const plans = await Promise.all(
      back.map(({ sql, args }) => ports.reader.rows({ sql: `explain query plan ${sql}`, args })),
    );
    const details = plans
      .map((plan) => plan.map(({ detail }) => String(detail)))
      .find((lines) => lines.some((line) => /^SEARCH part /.test(line)));
    // The shares of a posting are looked for once for each posting, not once for each movement that it is about.
    expect(details?.[details.findIndex((line) => /^SEARCH part /.test(line)) - 1]).toBe(
      "SCAN whole",
    );
    await write(back);
    expect(
      await rows("select count(*) as n, sum(value_e2 - passed_e2) as value_e2 from movements"),
    ).toEqual([{ n: 2 * ITEMS * (1 + COSTS), value_e2: 0 }]);
    expect(await reconcileAll(ports, 1)).toEqual([]);
  }));

test("a rebate over 990 items of one product comes back without what two costs lacked that were taken back since", () =>
  withApp(async ({ ports, rows }) => {
    const write = (statements: readonly Statement[]) =>
      ports.writer.commit({ statements, read: () => null });
    await write(longNote(() => "P"));
    for (const id of ["c1", "c2", "c3"]) await write(lateCost(id, 500));
    const exits = Array.from({ length: 600 }, (_, n) =>
      movementStatements({
        ...by,
        posting: `s${n}`,
        product: "P",
        quantity_e4: -10_000,
        cost_e2: null,
        lot: null,
        expiresOn: null,
        reference: null,
        notes: null,
        origin: "AJUSTE",
        ...when,
        day: DAY,
      }),
    );
    await write(exits.flat());
    await write(lateCost("rebate", -9_999_999));
    for (const id of ["c1", "c2"]) await write(await takenBack(ports, `b${id}`, id, "k1"));
    const [followed] = await rows(
      `with recursive rebate as (
        select id, posting, product, value_e2, passed_e2, after_e4 from movements
        where company = ?1 and posting = 'rebate' and quantity_e4 = 0
      ), ${costStillThere("rebate")} select count(*) as n, count(distinct cost) as costs from there`.replaceAll(
        "?1",
        "1",
      ),
    );
    // Two costs are followed through 600 exits, the rebate after them through none: as one sum each, not each of 990 lines.
    expect(followed).toEqual({ n: 2 * 601 + 1, costs: 3 });
    await write(await takenBack(ports, "bn", "rebate", "k1"));
    // 390 units are left, each at 10.00 of the note and 5.00 of the cost that stands.
    expect(await rows("select quantity_e4, value_e2 from balances")).toEqual([
      { quantity_e4: 390 * 10_000, value_e2: 390 * 1_500 },
    ]);
    expect(await reconcileAll(ports, 1)).toEqual([]);
  }));
