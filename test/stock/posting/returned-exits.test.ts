import { expect, test } from "bun:test";
import fc from "fast-check";
import { shareReturn } from "../../../src/stock/posting/returned-exits.ts";

const open = fc.record({
  left_e4: fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 2 ** 52 })),
  left_e2: fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 0, max: 2 ** 52 })),
});

test("returns of parts give back each exit's value to the cent, each part its share of what is left", () => {
  fc.assert(
    fc.property(
      fc.array(open, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 2 ** 51 }), { maxLength: 6 }),
      (lefts, returns) => {
        const first = lefts.map((left, i) => ({
          ...left,
          left_e2: left.left_e4 === 0 ? 0 : left.left_e2,
          id: i + 1,
          product: "P",
          nItem: 1,
          reference: "k",
        }));
        let exits: Parameters<typeof shareReturn>[1] = first;
        /** What is still out, by the rules alone. */
        const out = first.map(({ left_e4, left_e2 }) => ({
          q: BigInt(left_e4),
          v: BigInt(left_e2),
        }));
        for (const quantity of returns) {
          const shared = shareReturn(quantity, exits);
          expect(shared.parts.reduce((sum, one) => sum + BigInt(one.quantity_e4), 0n)).toBe(
            BigInt(quantity),
          );
          for (const { exit, quantity_e4, value_e2 } of shared.parts) {
            const left = exit === null ? undefined : out[exit - 1];
            if (left === undefined) {
              expect(value_e2).toBeNull();
              continue;
            }
            const q = BigInt(quantity_e4);
            const v = (2n * left.v * q + left.q) / (2n * left.q);
            expect(BigInt(value_e2 ?? -1)).toBe(v);
            left.q -= q;
            left.v -= v;
          }
          exits = shared.exits;
          for (const { q, v } of out)
            expect([q >= 0n && v >= 0n, q > 0n || v === 0n]).toEqual([true, true]);
          if (shared.parts.some(({ exit }) => exit === null))
            expect(out.every(({ q }) => q === 0n)).toBe(true);
        }
      },
    ),
    { seed: 20261128, numRuns: 1_000 },
  );
});
