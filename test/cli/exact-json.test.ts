import { expect, test } from "bun:test";
import { exactJson } from "../../src/cli/service/exact-json.ts";
import { decimal, signed } from "../../src/cli/terminal/decimals.ts";

test("--json keeps every digit of the service's numbers, and people read them as in Brazil", () => {
  const text = '{"a":12345678901234567.25,"b":[1.50,-0.5,3],"c":"1.0"}';
  const value = exactJson(text);
  expect(JSON.stringify(value)).toBe(text);
  expect(
    ["1234.5", "-1234567.25", "12345678901234567.25", "0"].map((one) => decimal(numberOf(one))),
  ).toEqual(["1.234,5", "-1.234.567,25", "12.345.678.901.234.567,25", "0"]);
  expect([signed(2), signed(-2)]).toEqual(["+2", "-2"]);
});

/** A number as an answer has it. */
function numberOf(text: string): number {
  const parsed = exactJson(`[${text}]`);
  return Array.isArray(parsed) ? parsed[0] : 0;
}
