import { expect, test } from "bun:test";
import { counted, megabytes } from "../../src/lib/amount.ts";

test("a count has points between thousands, and a limit in bytes is told in MB", () => {
  expect([0, 999, 10_000, 1_234_567].map(counted)).toEqual(["0", "999", "10.000", "1.234.567"]);
  expect([64, 10_485_760, 52_428_800].map(megabytes)).toEqual(["64 bytes", "10 MB", "50 MB"]);
});
