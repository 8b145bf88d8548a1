import { expect, test } from "bun:test";
import fc from "fast-check";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";

const MIGRATION = "migrations/0018_lots.sql";

const moves = fc.array(
  fc.record({
    product: fc.constantFrom("A", "B"),
    quantity: fc.integer({ min: -60_000, max: 70_000 }).filter((q) => q !== 0),
    lot: fc.constantFrom(null, "L1", " L1", "L2"),
    expiresOn: fc.constantFrom(null, "2026-02-01", "2027-01-01"),
    undone: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

test("the migration gives lots to what was written before, never more than entered, nor than the balance", async () => {
  const parts = (await Bun.file(MIGRATION).text()).split("--> statement-breakpoint");
  await fc.assert(
    fc.asyncProperty(moves, (list) =>
      withApp(async ({ ports, rows }) => {
        const run = (sql: string, args: (string | number | null)[] = []) =>
          ports.database.writing.execute({ sql, args });
        for (const table of ["lot_balances", "lot_movements"]) await run(`drop table ${table}`);
        const balances = new Map<string, number>();
        let written = 0;
        const write = async (
          { product, lot, expiresOn }: Pick<(typeof list)[number], "product" | "lot" | "expiresOn">,
          quantity: number,
          undoes: number | null,
        ) => {
          const after = (balances.get(product) ?? 0) + quantity;
          balances.set(product, after);
          await run(
            "insert or ignore into products (company, code, name, unit, created_at, updated_at) values (1, ?, 'x', 'UN', 0, 0)",
            [product],
          );
          written += 1;
          await run(
            `insert into movements (id, company, product, type, quantity_e4, lot, expires_on, origin, origin_ref, posting,
              created_at, happened_at, value_e2, passed_e2, after_e4, after_e2, undoes)
              values (?1, 1, ?2, ?3, ?4, ?5, ?6, 'MANUAL', ?1, ?1, 0, 0, 0, 0, ?7, 0, ?8)`,
            [
              written,
              product,
              quantity > 0 ? "ENTRADA" : "SAIDA",
              quantity,
              lot,
              lot === null ? null : expiresOn,
              after,
              undoes,
            ],
          );
        };
        for (const one of list) {
          await write(one, one.quantity, null);
          if (one.undone) await write(one, -one.quantity, written);
        }
        for (const [product, quantity] of balances)
          await run(
            "insert into balances (company, product, quantity_e4, value_e2, updated_at) values (1, ?, ?, 0, 0)",
            [product, quantity],
          );
        for (const sql of parts) await run(sql);
        // Lots are their movements and no more than the balance; none is below zero by the CHECK of the table.
        expect(await reconcileAll(ports, 1)).toEqual([]);
        for (const row of await rows(`select l.product, sum(l.quantity_e4) as lots,
            (select sum(quantity_e4) from movements m where m.product = l.product and quantity_e4 > 0 and lot is not null) as entered,
            (select sum(quantity_e4) from movements m where m.product = l.product and quantity_e4 < 0) as gone
            from lot_balances l group by 1`)) {
          const [lots, entered, gone] = [row.lots, row.entered, row.gone].map(Number);
          expect(lots).toBeLessThanOrEqual(entered ?? 0);
          // No exit is counted against lots that the balance has room for, but for those that name their lot.
          expect(lots).toBeGreaterThanOrEqual((entered ?? 0) + (gone ?? 0));
        }
        expect(
          await rows(`select m.id from movements m join lot_movements t on t.movement = m.id
            group by m.id having abs(sum(t.quantity_e4)) > abs(m.quantity_e4) or sign(sum(t.quantity_e4)) <> sign(m.quantity_e4)`),
        ).toEqual([]);
      }),
    ),
    { seed: 20261128, numRuns: FULL ? 40 : 8 },
  );
}, 60_000);
