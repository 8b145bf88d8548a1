import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  apportion,
  divideHalfUp,
  fromScaled,
  sumExact,
  toScaled,
  unitValue,
} from "../../src/lib/decimal.ts";

const run = { seed: 20261123, numRuns: 500 };

test("a decimal keeps every digit when it is read and written", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 10 }), (n, places) => {
      const text = fromScaled(n, places);
      expect(toScaled(text, places, { signed: true })).toEqual({ ok: true, value: n });
    }),
    run,
  );
});

test("a text that is no plain decimal, too precise or too large has its own failure", () => {
  const why = (text: string, places = 4) => {
    const result = toScaled(text, places);
    return result.ok ? result.value : result.error;
  };
  for (const text of ["", "-1", "+1", "1,5", "1e3", ".5", "5.", "NaN", " 1", "0x1", "١"])
    expect([text, why(text)]).toEqual([text, "not_a_decimal"]);
  expect(why("1.23456")).toBe("too_many_places");
  expect(why("1.230000")).toBe(12_300);
  expect(why("900719925474.0991")).toBe(Number.MAX_SAFE_INTEGER);
  expect(why("900719925474.0992")).toBe("out_of_range");
  expect(why("0.1")).toBe(1_000);
});

test("a figure is read as its digits, whether it is short or long, padded or cut", () => {
  const digits = fc.stringMatching(/^[0-9]{1,17}$/);
  fc.assert(
    fc.property(digits, fc.option(digits), fc.constantFrom(0, 2, 4, 10), (whole, part, places) => {
      const text = part === null ? whole : `${whole}.${part}`;
      const [kept, rest] = [(part ?? "").slice(0, places), (part ?? "").slice(places)];
      const value = BigInt(whole + kept.padEnd(places, "0"));
      const read = toScaled(text, places);
      if (/[1-9]/.test(rest)) expect(read).toEqual({ ok: false, error: "too_many_places" });
      else if (value > Number.MAX_SAFE_INTEGER)
        expect(read).toEqual({ ok: false, error: "out_of_range" });
      else expect(read).toEqual({ ok: true, value: Number(value) });
    }),
    { ...run, numRuns: 2_000 },
  );
});

test("ten times 0.1 is 1", () => {
  const tenth = toScaled("0.1", 4);
  expect(sumExact(Array.from({ length: 10 }, () => (tenth.ok ? tenth.value : 0)))).toBe(10_000);
});

test("a sum that is no longer exact is refused", () => {
  expect(() => sumExact([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
});

test("halves round away from zero", () => {
  expect([5n, 15n, 25n, -5n, -15n, 4n].map((n) => divideHalfUp(n, 10n))).toEqual([
    1n,
    2n,
    3n,
    -1n,
    -2n,
    0n,
  ]);
});

test("shares add up to the whole; none is off by more than one unit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
      fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { minLength: 1, maxLength: 50 }),
      (total, weights) => {
        const parts = apportion(total, weights);
        expect(parts.reduce((s, p) => s + p, 0)).toBe(total);
        const sum = weights.reduce((s, w) => s + BigInt(w), 0n);
        if (sum === 0n) return;
        parts.forEach((part, i) => {
          const fair = BigInt(total) * BigInt(weights[i] ?? 0);
          const off = BigInt(part) * sum - fair;
          expect(off > -sum && off < sum).toBe(true);
        });
      },
    ),
    run,
  );
});

test("a unit value is the line's total over its quantity, to ten places", () => {
  expect(unitValue(1_000, 30_000)).toBe("3.3333333333");
  expect(unitValue(1_000, 100_000)).toBe("1");
  expect(unitValue(1, 10_000 * 3)).toBe("0.0033333333");
  expect(unitValue(1, 0)).toBeNull();
});
