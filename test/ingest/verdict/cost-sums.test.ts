import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  CREDIT_TAXES,
  creditMatrix,
  DESTINATIONS,
  TAX_REGIMES,
  type TaxProfile,
} from "../../../src/accounts/tax-profile.ts";
import { type CostInput, itemCost } from "../../../src/ingest/verdict/recoverable.ts";
import { sumExact } from "../../../src/lib/decimal.ts";
import { costOf, landedCosts, landedParts } from "../../../src/nfe/landed-cost.ts";
import { lineOf, sumsOf } from "../../../src/synthetic/amounts.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { FULL } from "../../support/full.ts";
import { noteIn } from "../../support/xml/read-notes.ts";

const cents = fc.integer({ min: 0, max: 9_999 }).map((e2) => (e2 / 100).toFixed(2));
const someItem = fc
  .record({
    cProd: fc.constant("A"),
    xProd: fc.constant("ITEM"),
    uCom: fc.constant("UN"),
    qCom: fc.integer({ min: 1, max: 50 }).map(String),
    vUnCom: cents,
    vIPI: cents,
    vDesc: cents,
    vFrete: cents,
    vICMSST: cents,
    pICMS: fc.constantFrom("7.00", "12.00", "18.00"),
    CSOSN: fc.constantFrom<("101" | "102" | undefined)[]>(undefined, undefined, "101", "102"),
    contributionCST: fc.constantFrom("01", "02", "06", "49"),
    indTot: fc.constantFrom<("0" | "1")[]>("1", "1", "1", "0"),
    CFOP: fc.constantFrom("5102", "6101", "5405", "5910", "1556", "5551", "3102"),
  })
  // The groups of CSOSN 101 and 102 have no ST.
  .map((item) => (item.CSOSN === undefined ? item : { ...item, vICMSST: "0" }));
const someProfile = fc
  .record({
    regime: fc.constantFrom(...TAX_REGIMES),
    pisCofins: fc.constantFrom<TaxProfile["pisCofins"][]>("cumulative", "non_cumulative", null),
    industry: fc.boolean(),
    on: fc.array(fc.tuple(fc.constantFrom(...CREDIT_TAXES), fc.constantFrom(...DESTINATIONS))),
  })
  .map(
    ({ on, ...profile }): TaxProfile => ({
      ...profile,
      matrix: creditMatrix(
        Object.fromEntries(
          CREDIT_TAXES.map((tax) => [tax, on.flatMap(([t, d]) => (t === tax ? [d] : []))]),
        ),
      ),
    }),
  );

test("landed and recovered and given away add up to the total of the note, for any note and profile", () => {
  fc.assert(
    fc.property(
      fc.array(someItem, { minLength: 1, maxLength: 8 }),
      someProfile,
      fc.constantFrom(...DESTINATIONS),
      fc.constantFrom<CostInput["effect"][]>("entry", "ask", "exit", "none"),
      fc.constantFrom(2026, 2027),
      fc.integer({ min: 1, max: 1_000 }),
      (specs, profile, destination, effect, year, seed) => {
        // A note of a negative value cannot be written.
        fc.pre(sumsOf(specs.map((spec) => lineOf(spec, "5102"))).vNF >= 0);
        const note = noteIn(syntheticNote({ seed, items: specs, ibsCbs: true }).xml);
        const parts = landedParts(note);
        const costs = note.items.map(({ CFOP, taxes }, i) =>
          itemCost(
            {
              cfop: CFOP,
              effect,
              bringsCost: true,
              destination,
              parts: parts[i] ?? [],
              taxes,
              year,
            },
            profile,
          ),
        );
        for (const [i, { landed_e2, free_e2, credits }] of costs.entries()) {
          const out = sumExact(credits.map(({ recovered_e2 }) => recovered_e2));
          expect(landed_e2 + free_e2 + out).toBe(costOf(parts[i] ?? []));
          expect(landed_e2).toBeGreaterThanOrEqual(0);
          for (const { recovered_e2, stated_e2 } of credits)
            expect(recovered_e2 >= 0 && recovered_e2 <= stated_e2).toBe(true);
        }
        // vNF of a synthetic note is the sum of its lines.
        expect(sumExact(landedCosts(note))).toBe(note.total.vNF_e2);
      },
    ),
    { seed: 20261128, numRuns: FULL ? 10_000 : 300 },
  );
});
