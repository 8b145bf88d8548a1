import { expect, test } from "bun:test";
import { parameters } from "../../src/lib/parameters.ts";

test("parameters are numbered after those already in use, and keep the order of the text", () => {
  const given = ["a", 2];
  const { args, add } = parameters<string | number | null>(given);
  expect(`${add(3)}, ${add(null)}`).toBe("?3, ?4");
  expect(args).toEqual(["a", 2, 3, null]);
  expect(given).toEqual(["a", 2]);
});
