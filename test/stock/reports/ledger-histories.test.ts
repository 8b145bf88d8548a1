import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Statement } from "../../../src/ports/sql.ts";
import {
  entriesOf,
  planLateCost,
  postLateCost,
  toPostedShare,
} from "../../../src/stock/posting/late-cost.ts";
import { movementStatements } from "../../../src/stock/posting/movement.ts";
import { type Posting, post } from "../../../src/stock/posting/posting.ts";
import { movementsOfPosting, reverse } from "../../../src/stock/posting/reversal.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { type StepPlace, wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { findWrongSpans } from "../../../src/stock/spans.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";
import { replayLedger } from "../../support/ledger-replay.ts";
import { notePosting } from "../../support/note-posting.ts";

const PRODUCTS = ["A", "B", "C"] as const;
const quantity = fc.oneof(
  fc.integer({ min: 1, max: 40_000 }),
  fc.integer({ min: 1, max: 2 ** 40 }),
);
const cost = fc.option(
  fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 0, max: 2 ** 40 })),
);
/** Of a late cost: a freight, a rebate, or a mistyped one of more than all is worth. */
const amount = fc.oneof(
  fc.integer({ min: -9_999, max: 9_999 }),
  fc.integer({ min: -20_000, max: 2 ** 40 }),
  fc.constant(-(2 ** 42)),
);
const line = fc.record({
  product: fc.constantFrom(...PRODUCTS),
  quantity,
  cost,
  enters: fc.boolean(),
});
const act = fc.oneof(
  fc.record({
    kind: fc.constant("note" as const),
    lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("hand" as const), line }),
  fc.record({ kind: fc.constant("undo" as const), which: fc.nat({ max: 30 }) }),
  fc.record({
    kind: fc.constant("cost" as const),
    which: fc.nat({ max: 30 }),
    amounts: fc.array(amount, { minLength: 4, maxLength: 4 }),
  }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

const COMPANY_ID = 1;

/** One posting of a document that codes its items as we do. */
const documentOf = (
  n: number,
  lines: readonly (typeof line extends fc.Arbitrary<infer L> ? L : never)[],
): Posting =>
  notePosting(
    n,
    lines.map(({ product, quantity, enters, cost }) => ({
      product,
      quantity_e4: enters ? quantity : -quantity,
      cost_e2: enters ? cost : null,
    })),
    { happenedAt: 1_750_000_000_000 - n },
  );

/** What was posted and not yet taken back: posting, origin, access key. */
type Standing = { of: string; origin: string; accessKey: string | null };

async function play({ ports }: TestApp, acts: readonly Act[]): Promise<void> {
  const standing: Standing[] = [];
  /** Whether it was written: figures beyond 2⁵³ are refused as a whole. */
  const written = (statements: readonly Statement[]) =>
    ports.writer.commit({ statements, read: ([rows]) => rows !== undefined }).catch((error) => {
      expect(error.failure?.code ?? String(error)).toBe("storage.rejected");
      return false;
    });
  for (const [n, one] of acts.entries()) {
    if (one.kind === "note") {
      if (await written(post(documentOf(n, one.lines))))
        standing.push({ of: `p${n}`, origin: "NFE", accessKey: `k${n}` });
    } else if (one.kind === "hand") {
      const { product, quantity: q, cost: c, enters } = one.line;
      const moved = await written(
        movementStatements({
          company: COMPANY_ID,
          posting: `h${n}`,
          product,
          quantity_e4: enters ? q : -q,
          cost_e2: enters ? c : null,
          lot: null,
          expiresOn: null,
          origin: "AJUSTE",
          reference: null,
          notes: null,
          userId: 11,
          at: 1_760_000_000_000 + n,
          happenedAt: 1_760_000_000_000 + n,
          day: "2025-10-09",
        }),
      );
      const [row] = await ports.reader.rows({
        sql: "select 1 from movements where origin_ref = ?1",
        args: [`h${n}`],
      });
      if (moved && row !== undefined)
        standing.push({ of: `h${n}`, origin: "AJUSTE", accessKey: null });
    } else if (one.kind === "cost") {
      const noted = standing.filter(
        ({ accessKey, of }) => accessKey !== null && of.startsWith("p"),
      );
      const about = noted[one.which % Math.max(noted.length, 1)];
      if (about?.accessKey == null) continue;
      const { accessKey, of } = about;
      const entries = await entriesOf(ports, COMPANY_ID, [{ key: accessKey, posting: of }]);
      const shares = entries
        .map(({ id }, i) => ({ about: id, amount_e2: one.amounts[i] ?? 0 }))
        .filter(({ amount_e2 }) => amount_e2 !== 0);
      const cost = {
        company: COMPANY_ID,
        id: `c${n}`,
        reference: accessKey,
        shares,
        reason: "frete",
        userId: 11,
        at: 1_760_000_000_000 + n,
        happenedAt: 1_760_000_000_000 + n,
        guard: "select 1",
      };
      const planned = await planLateCost(ports, cost);
      if (shares.length > 0 && (await written(postLateCost(cost)))) {
        standing.push({ of: `c${n}`, origin: "NFE", accessKey });
        const made = await ports.reader.rows({
          sql: "select undoes as about, product, value_e2, passed_e2 from movements where posting = ?1",
          args: [`c${n}`],
        });
        const byEntry = (a: { about: number }, b: { about: number }) => a.about - b.about;
        expect(made.map(toPostedShare).sort(byEntry)).toEqual(planned.sort(byEntry));
      }
    } else {
      const [undone] = standing.splice(one.which % Math.max(standing.length, 1), 1);
      if (undone === undefined) continue;
      const found = { company: COMPANY_ID, ...undone };
      const movements = await movementsOfPosting(ports, found);
      const statements = reverse({
        ...found,
        id: `u${n}`,
        movements,
        eventExits: [],
        reason: "engano",
        userId: 11,
        at: 1_760_000_000_000 + n,
        day: "2025-10-09",
        guard: "select 1",
      });
      if (!(await written(statements))) standing.push(undone);
      // With a note its late costs are gone; to take one back again changes nothing.
    }
  }
}

test(
  "every value of a random history of notes, manual movements, late costs and reversals is that of a replay",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), (acts) =>
        withApp(async (service) => {
          for (const code of PRODUCTS)
            await service.ports.database.writing.execute({
              sql: "insert into products (company, code, name, unit, created_at, updated_at) values (1, ?1, ?1, 'UN', 0, 0)",
              args: [code],
            });
          await play(service, acts);
          const ledger = await service.rows("select * from movements order by id");
          const { states, last, wrong } = replayLedger(ledger);
          expect(wrong).toEqual([]);
          for (const { product, quantity_e4, value_e2 } of await service.rows(
            "select * from balances",
          )) {
            const state = states.get(String(product));
            expect([product, quantity_e4, value_e2]).toEqual([
              product,
              Number(state?.q),
              Number(state?.v),
            ]);
          }
          for (const { code, last_cost_e2 } of await service.rows(`select * from ${LAST_COSTS}`))
            expect([code, last_cost_e2]).toEqual([
              code,
              Number(last.get(String(code))?.e2 ?? 0) || null,
            ]);
          expect(await reconcileAll(service.ports, COMPANY_ID)).toEqual([]);
          // In slices of five, so that each begins in the middle of a product.
          let place: StepPlace | null = { product: "", id: 0 };
          while (place !== null) {
            const slice: Awaited<ReturnType<typeof wrongSteps>> = await wrongSteps(
              service.ports,
              COMPANY_ID,
              place,
              5,
            );
            expect(slice.wrong).toEqual([]);
            place = slice.next;
          }
          expect(await findWrongSpans(service.ports, COMPANY_ID)).toEqual([]);
        }),
      ),
      { seed: 20261128, numRuns: FULL ? 4_000 : 15 },
    );
  },
  FULL ? 1_800_000 : 60_000,
);
