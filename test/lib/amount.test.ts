import { expect, test } from "bun:test";
import { grouped, howMany, megabytes } from "../../src/lib/amount.ts";

test("a count has points between thousands; a limit in bytes is written in MB", () => {
  expect([0, 999, 10_000, 1_234_567].map(grouped)).toEqual(["0", "999", "10.000", "1.234.567"]);
  expect([64, 10_485_760, 52_428_800].map(megabytes)).toEqual(["64 bytes", "10 MB", "50 MB"]);
  expect([0, 1, 2_000].map((count) => howMany(count, "nota", "notas"))).toEqual([
    "0 notas",
    "1 nota",
    "2.000 notas",
  ]);
});
