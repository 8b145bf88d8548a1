import { expect, test } from "bun:test";
import { code128 } from "../../src/danfe/code128.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../src/synthetic/trade.ts";
import { drawnBars, readCode128 } from "../support/danfe/read-barcode.ts";

const modulesOf = (text: string): number => code128(text).reduce((sum, one) => sum + one, 0);
const KEYS = [
  "35260911222333000181550010000001231000000420",
  "35260912ABC34501DE35550010000001231000000421",
  "352609ABCDEFGHIJKL35550010000001231000000421",
  "3526091A2B3C4D5E6F35550010000001231000000421",
  "35260900A1000000Z135550010000001231000000421",
];

test("a code of 44 digits has 24 symbols of 11 modules and the stop of 13, in set C", () => {
  expect(modulesOf(KEYS[0] ?? "")).toBe(24 * 11 + 13);
});

test("a code with letters changes its set only where that saves symbols", () => {
  // Start C, 3 pairs, change to A, 12 letters, change to C, 13 pairs, check symbol.
  expect(modulesOf(KEYS[2] ?? "")).toBe(32 * 11 + 13);
  // Four digits between letters are as long in either set.
  expect(modulesOf("AB1234CD")).toBe(10 * 11 + 13);
  expect(modulesOf("AB123456CD")).toBe(11 * 11 + 13);
  expect(modulesOf("A")).toBe(3 * 11 + 13);
});

test("a code of other characters is refused", () => {
  for (const text of ["", "35 26", "abc", "Ç"]) expect(() => code128(text)).toThrow(RangeError);
});

test("the bars of a key are read back, with letters and without", async () => {
  const made = SUPPLIERS.slice(0, 4).map(
    (emit, n) => syntheticNote({ seed: 300 + n, emit }).accessKey,
  );
  for (const key of [...KEYS, ...made])
    expect(await readCode128(drawnBars(code128(key)))).toBe(key);
});
