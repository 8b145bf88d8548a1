import { expect, test } from "bun:test";
import fc from "fast-check";
import { type NumberedNote, numberGaps } from "../../src/reports/number-gaps.ts";

const note = (number: number, more: Partial<NumberedNote> = {}): NumberedNote => ({
  supplier: "11222333000181",
  supplierName: "NÓS",
  issuedByUs: true,
  model: "55",
  series: "1",
  number,
  inPeriod: true,
  ...more,
});
const gapsOf = (notes: readonly NumberedNote[]) => {
  const { gaps, unknownSeries } = numberGaps(notes);
  return [gaps.map(({ series, first, last }) => [series, first, last]), unknownSeries];
};
const theirs = { issuedByUs: false, supplier: "99888777000166" };

test("a series of our own has a gap wherever numbers are missing, whatever the order of the notes", () => {
  expect(gapsOf([7, 1, 2, 4].map((n) => note(n)))).toEqual([
    [
      ["1", 3, 3],
      ["1", 5, 6],
    ],
    0,
  ]);
  expect(gapsOf([note(1), note(3, { series: "2" }), note(1, { model: "65" })])).toEqual([[], 0]);
});

test("a number that is there twice is no gap", () => {
  expect(gapsOf([note(1), note(2), note(2), note(3)])).toEqual([[], 0]);
});

test("a gap belongs to the period of the note that ends it", () => {
  const before = { inPeriod: false };
  expect(gapsOf([note(1, before), note(4)])).toEqual([[["1", 2, 3]], 0]);
  expect(gapsOf([note(1, before), note(4, before), note(5)])).toEqual([[], 0]);
  expect(gapsOf([note(1, before), note(4, before)])).toEqual([[], 0]);
});

test("a series of a supplier has gaps only where five notes and half of its numbers are here", () => {
  const of = (numbers: readonly number[]) => gapsOf(numbers.map((n) => note(n, theirs)));
  expect(of([1, 2, 4, 5])).toEqual([[], 1]);
  expect(of([1, 2, 4, 5, 6])).toEqual([[["1", 3, 3]], 0]);
  expect(of([1, 2, 3, 4, 10])).toEqual([[["1", 5, 9]], 0]);
  expect(of([1, 2, 3, 4, 11])).toEqual([[], 1]);
});

test("numbers of a series and its gaps are together every number from the least to the greatest", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (numbers) => {
      const { gaps } = numberGaps(numbers.map((n) => note(n)));
      const missing = gaps.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, i) => first + i),
      );
      const all = [...numbers, ...missing].sort((a, b) => a - b);
      const least = Math.min(...numbers);
      expect(all).toEqual(all.map((_, i) => least + i));
      expect(all.at(-1)).toBe(Math.max(...numbers));
    }),
    { seed: 20261128, numRuns: 200 },
  );
});
