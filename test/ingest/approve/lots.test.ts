import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { uncosted } from "../../../src/ingest/cost/item-cost.ts";
import { bookingLines, type StockItem } from "../../../src/ingest/note/lines.ts";
import type { StoredLot } from "../../../src/ingest/note/tables.ts";
import { nItemFrom, positionFrom } from "../../../src/lib/item-number.ts";
import { NO_TAXES } from "../../../src/nfe/taxes.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { FACTOR_ONE } from "../../../src/stock/supplier-items/factor.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";

const yogurt = { cProd: "IOG", xProd: "IOGURTE", uCom: "UN", vUnCom: "2.50" };
const lot = (nLote: string, qLote: string, dVal: string) => ({
  nLote,
  qLote,
  dFab: "2026-09-01",
  dVal,
});

const booked = (lots: readonly StoredLot[]) => {
  const quantity_e4 = lots.reduce((sum, { quantity_e4 }) => sum + quantity_e4, 0);
  const item: StockItem = {
    position: positionFrom(1),
    nItem: nItemFrom(1),
    code: "IOG",
    name: "IOGURTE",
    unit: "UN",
    quantity_e4,
    barcode: null,
    ncm: null,
    taxUnit: "UN",
    taxQuantity_e4: quantity_e4,
    taxBarcode: null,
    ...uncosted("5102", 2_500, [{ code: "vProd", amount_e2: 2_500 }], NO_TAXES),
    lots,
  };
  return bookingLines(
    [
      {
        item,
        effect: "entry",
        factor: FACTOR_ONE,
        product: null,
        savesMapping: false,
        factorIsManual: false,
        mapped: false,
        bringsCost: true,
      },
    ],
    {},
  ).entries;
};

describe("a lot's number with two expiries", () => {
  test("is two movements, each with its own, and a repeated pair is one", () =>
    withApp(async ({ upload, rows, ports }) => {
      const lots = [
        lot("L1", "4.000", "2026-12-31"),
        lot("L1", "5.000", "2027-06-30"),
        lot("L1", "1.000", "2026-12-31"),
      ];
      const note = syntheticNote({ emit: supplier, items: [{ ...yogurt, qCom: "10", lots }] });
      expect((await upload(note.xml, "?approve=true")).body.status).toBe("PROCESSADA");
      expect(
        await rows("select quantity_e4, cost_e2, lot, expires_on from movements order by id"),
      ).toEqual([
        { quantity_e4: 50_000, cost_e2: 1_250, lot: "L1", expires_on: "2026-12-31" },
        { quantity_e4: 50_000, cost_e2: 1_250, lot: "L1", expires_on: "2027-06-30" },
      ]);
      expect(await reconcileAll(ports, 1)).toEqual([]);
    }));

  test("keeps every date and every quantity in separate movements, for any names of the lots", () => {
    const some = fc.record({
      lot: fc.constantFrom("L1", "L1/2026-12-31", "L1/", "L1//", "L1/2026-12-31/", "é"),
      quantity_e4: fc.integer({ min: 1, max: 100_000 }),
      made_on: fc.constant(null),
      expires_on: fc.constantFrom(null, "2026-12-31", "2027-06-30"),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 12 }), (lots) => {
        const entries = booked(lots);
        const sums = (
          of: readonly { lot: string | null; expires_on: string | null; quantity_e4: number }[],
        ) => {
          const map = new Map<string, number>();
          for (const { lot, expires_on, quantity_e4 } of of) {
            const key = `${lot} ${expires_on}`;
            map.set(key, (map.get(key) ?? 0) + quantity_e4);
          }
          return [...map].toSorted();
        };
        expect(sums(entries)).toEqual(sums(lots));
        expect(new Set(entries.map(({ part }) => part)).size).toBe(entries.length);
      }),
      { seed: 20261128, numRuns: 500 },
    );
  });
});
