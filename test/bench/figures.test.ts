import { expect, test } from "bun:test";
import { targetsOf, withBlock } from "../../bench/document.ts";
import { figure, quantile, ratios, spread, targetTable } from "../../bench/figures.ts";

test("a quantile is a measured value; an empty list has none", () => {
  const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
  expect([0.5, 0.95, 0.99, 1].map((p) => quantile(hundred, p))).toEqual([50, 95, 99, 100]);
  expect(quantile([], 0.5)).toBeNaN();
});

test("figures have three digits, and a dash stands for a missing one", () => {
  const values = [0, 0.01234, 1.2345, 123.4, 12_345.6, Number.NaN];
  expect(values.map(figure)).toEqual(["0", "0.0123", "1.23", "123", "12,346", "–"]);
  expect(spread([3, 1, 2])).toBe("2.00 (1.00 to 3.00)");
  expect(spread([])).toBe("–");
});

test("ratios are only of adjacent measurements", () => {
  expect(ratios([10, 20, 30], [5, 5])).toEqual([2, 4]);
});

test("a target is met, exceeded, not met, or not measured", () => {
  const target = { id: "T1", what: "x", bound: "≥", must: 2, stretch: 3 } as const;
  const outcome = (values: readonly number[]) =>
    targetTable([{ ...target, values }])
      .split("|")
      .at(-2)
      ?.trim();
  expect([[1], [2], [3.5], []].map(outcome)).toEqual([
    "NOT MET",
    "met",
    "met, stretch too",
    "not measured",
  ]);
});

test("printed results replace only their own block, and targets are read from all blocks", () => {
  const marks = (name: string) => `<!-- bench:${name} -->\n<!-- /bench:${name} -->`;
  const empty = `# Title\n\n${["targets", "a", "b"].map(marks).join("\n\ntext\n\n")}\n`;
  const row = { what: "x", values: [1], bound: "≥", must: 1, stretch: 2 } as const;
  const first = withBlock(empty, "a", targetTable([{ ...row, id: "T10" }]));
  const both = withBlock(first, "b", targetTable([{ ...row, id: "T2" }]));
  const written = withBlock(both, "targets", targetsOf(both));
  expect(withBlock(written, "targets", targetsOf(written))).toBe(written);
  expect(targetsOf(written).match(/T\d+/g)).toEqual(["T2", "T10"]);
  expect(written.match(/\ntext\n/g)).toHaveLength(2);
  expect(() => withBlock(written, "c", "")).toThrow("bench:c");
});
