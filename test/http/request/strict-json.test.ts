import { expect, test } from "bun:test";
import fc from "fast-check";
import { readStrictJson } from "../../../src/http/strict-json.ts";
import { FULL } from "../../support/full.ts";

const RUNS = FULL ? 20_000 : 1_000;
const given = { seed: 20261128, numRuns: RUNS };
const faultOf = (text: string) => {
  const read = readStrictJson(text);
  return read.ok ? null : read.error;
};

test("every JSON that a program writes is parsed as JSON.parse does", () =>
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 3 }), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(readStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
    given,
  ));

test("a text that JSON.parse refuses is refused", () => {
  const piece = fc.constantFrom(
    ...'{}[]:,"\\/ntu0123456789eE+-. \t\n\r\u0000\u2028a',
    "true",
    "null",
    "\\u00e9",
    "1.5",
  );
  const near = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  let refused = 0;
  fc.assert(
    fc.property(near, (text) => {
      const parses = (() => {
        try {
          JSON.parse(text);
          return true;
        } catch {
          return false;
        }
      })();
      const read = readStrictJson(text);
      if (!parses) refused += 1;
      if (!parses) expect(read.ok).toBe(false);
      else if (!read.ok) expect(["duplicate", "inexact"]).toContain(read.error.why);
    }),
    given,
  );
  expect(refused).toBeGreaterThan(RUNS / 4);
});

test("a syntax error has its line and column", () => {
  for (const [text, line, column] of [
    ["{", 1, 2],
    ['{"a":1,}', 1, 8],
    ["{'a':1}", 1, 2],
    ['{\n  "a": 01\n}', 2, 9],
    ["[1,2", 1, 5],
    ['{"a" 1}', 1, 6],
    ['"a\nb"', 1, 3],
    ["{}{}", 1, 3],
    ["undefined", 1, 1],
    ["NaN", 1, 1],
    ['{"a":tru}', 1, 6],
  ] as const)
    expect([text, faultOf(text)]).toEqual([text, { why: "syntax", line, column }]);
  expect(faultOf(" \n")).toEqual({ why: "empty" });
});

test("a duplicate member is refused, also when its name is escaped", () => {
  expect(faultOf('{"a":1,"b":{"c":1,"c":2}}')).toEqual({ why: "duplicate", path: "/b/c" });
  expect(faultOf('[0,{"a":1,"\\u0061":1}]')).toEqual({ why: "duplicate", path: "/1/a" });
  expect(faultOf('{"a/b":1,"a/b":1}')).toEqual({ why: "duplicate", path: "/a~1b" });
  expect(faultOf('[{"a":1},{"a":1,"b":{"a":1}}]')).toBeNull();
});

test("a number is accepted only when a double holds all its digits", () => {
  for (const text of [
    "1",
    "1.0",
    "0.10",
    "-0",
    "-0.0",
    "1e2",
    "1.5E-3",
    "100000000000000000000",
    "9007199254740992",
    "0.1",
    "123456789012345.6",
    "0e999",
    "1e308",
  ])
    expect([text, faultOf(text)]).toEqual([text, null]);
  for (const text of [
    "1.0000000000000001",
    "123456.00000000000000001",
    "0.30000000000000000001",
    "9007199254740993",
    "1e400",
    "-1e400",
    "1e-400",
    "0.1000000000000000055511151231257827",
    `1${"0".repeat(500)}`,
    `0.${"0".repeat(500)}1`,
  ])
    expect([text, faultOf(`{"n":[${text}]}`)]).toEqual([text, { why: "inexact", path: "/n/0" }]);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
      expect(readStrictJson(JSON.stringify(n))).toEqual({ ok: true, value: n === 0 ? 0 : n });
    }),
    given,
  );
});

test("a JSON text has limits for levels and values", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  expect(faultOf(deep(32))).toBeNull();
  expect(faultOf(deep(33))).toEqual({ why: "too_deep", line: 1, column: 33 });
  expect(faultOf("[".repeat(1_000_000))?.why).toBe("too_deep");
  expect(faultOf(`[${"1,".repeat(49_998)}1]`)).toBeNull();
  expect(faultOf(`[${"1,".repeat(49_999)}1]`)?.why).toBe("too_many");
});

test("a JSON text of any shape is parsed in linear time", () => {
  const size = 1 << 20;
  for (const text of [
    `"${"a".repeat(size)}"`,
    `"${"\\n".repeat(size / 2)}"`,
    " ".repeat(size),
    `1${"0".repeat(size)}1`,
    `{"${"k".repeat(size)}":1,"${"k".repeat(size)}":1}`,
    '"\\'.repeat(size / 2),
  ]) {
    const started = performance.now();
    faultOf(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  }
  expect(
    JSON.stringify(faultOf(`{"${"k".repeat(size)}":1,"${"k".repeat(size)}":1}`)).length,
  ).toBeLessThan(200);
});
