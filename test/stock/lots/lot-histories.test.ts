import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Statement } from "../../../src/ports/sql.ts";
import { movementStatements } from "../../../src/stock/posting/movement.ts";
import { type Posting, post } from "../../../src/stock/posting/posting.ts";
import { movementsOfPosting, reverse } from "../../../src/stock/posting/reversal.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { type Moved, replayLots } from "../../support/lots-replay.ts";
import { notePosting } from "../../support/note-posting.ts";

const COMPANY_ID = 1;
const PRODUCTS = ["A", "B"] as const;
const DAYS = ["2026-01-10", "2026-03-10", "2026-05-10"];

const line = fc.record({
  product: fc.constantFrom(...PRODUCTS),
  quantity: fc.integer({ min: 1, max: 60_000 }),
  enters: fc.boolean(),
  lot: fc.constantFrom(null, null, "L1", " L1", "L2", "l1"),
  expiresOn: fc.constantFrom(null, "2026-02-01", "2026-04-01", "2027-01-01"),
});
type Line = typeof line extends fc.Arbitrary<infer L> ? L : never;
const act = fc.oneof(
  { weight: 3, arbitrary: fc.array(line, { minLength: 1, maxLength: 5 }) },
  { weight: 2, arbitrary: line },
  { weight: 2, arbitrary: fc.nat({ max: 30 }) },
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

const dayOf = (posting: string): string => DAYS[Number(posting.slice(1)) % 3] ?? "";

const lotOf = ({ lot, expiresOn }: Line) => ({ lot, expires_on: lot === null ? null : expiresOn });

const documentOf = (n: number, lines: readonly Line[]): Posting =>
  notePosting(
    n,
    lines.map((one) => ({
      ...lotOf(one),
      product: one.product,
      quantity_e4: one.enters ? one.quantity : -one.quantity,
      cost_e2: one.enters ? one.quantity : null,
    })),
    { day: dayOf(`p${n}`) },
  );

function byHand(n: number, one: Line): Statement[] {
  const { lot, expires_on } = lotOf(one);
  return movementStatements({
    company: COMPANY_ID,
    posting: `h${n}`,
    product: one.product,
    quantity_e4: one.enters ? one.quantity : -one.quantity,
    cost_e2: null,
    lot,
    expiresOn: expires_on,
    origin: "AJUSTE",
    reference: null,
    notes: null,
    userId: 11,
    at: 1_760_000_000_000 + n,
    happenedAt: 1_760_000_000_000 + n,
    day: dayOf(`h${n}`),
  });
}

async function play({ ports, rows }: TestApp, acts: readonly Act[]): Promise<void> {
  const standing: { of: string; origin: string; accessKey: string | null }[] = [];
  const write = (statements: readonly Statement[]) =>
    ports.writer.commit({ statements, read: () => undefined });
  for (const [n, one] of acts.entries()) {
    if (Array.isArray(one)) {
      await write(post(documentOf(n, one)));
      standing.push({ of: `p${n}`, origin: "NFE", accessKey: `k${n}` });
    } else if (typeof one === "object") {
      await write(byHand(n, one));
      if ((await rows(`select 1 from movements where posting = 'h${n}'`)).length > 0)
        standing.push({ of: `h${n}`, origin: "AJUSTE", accessKey: null });
    } else {
      const [undone] = standing.splice(one % Math.max(standing.length, 1), 1);
      if (undone === undefined) continue;
      const found = { company: COMPANY_ID, ...undone };
      const movements = await movementsOfPosting(ports, found);
      const at = 1_760_000_000_000 + n;
      const what = { reason: "engano", userId: 11, at, day: dayOf(`u${n}`), guard: "select 1" };
      await write(reverse({ ...found, id: `u${n}`, movements, eventExits: [], ...what }));
    }
  }
}

const moved = (row: Record<string, unknown>): Moved => ({
  id: Number(row.id),
  posting: String(row.posting),
  product: String(row.product),
  q: Number(row.quantity_e4),
  lot: row.lot === null ? null : String(row.lot).trim(),
  expiresOn: row.expires_on === null ? null : String(row.expires_on),
  undoes: row.undoes === null ? null : Number(row.undoes),
});

test(
  "the lots of a random history of notes, manual movements and reversals are those of a replay",
  async () => {
    let withLots = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 16 }), (acts) =>
        withApp(async (service) => {
          for (const code of PRODUCTS)
            await service.ports.database.writing.execute({
              sql: "insert into products (company, code, name, unit, created_at, updated_at) values (1, ?1, ?1, 'UN', 0, 0)",
              args: [code],
            });
          await play(service, acts);
          const movements = (await service.rows("select * from movements order by id")).map(moved);
          const right = replayLots(movements, dayOf);
          const there = await service.rows("select * from lot_balances");
          expect(
            there
              .map((row) => [
                `${row.product}|${row.lot}|${row.expires_on}`,
                Number(row.quantity_e4),
              ])
              .sort(),
          ).toEqual([...right.ended].sort());
          const parts = await service.rows("select * from lot_movements");
          expect(
            parts
              .map((row) => [
                `${row.movement}|${row.lot}|${row.expires_on}`,
                Number(row.quantity_e4),
              ])
              .sort(),
          ).toEqual([...right.parts].sort());
          expect(await reconcileAll(service.ports, COMPANY_ID)).toEqual([]);
          withLots += parts.length;
        }),
      ),
      { seed: 20261128, numRuns: FULL ? 4_000 : 10 },
    );
    expect(withLots).toBeGreaterThan(FULL ? 2_000 : 80);
  },
  FULL ? 1_800_000 : 60_000,
);
