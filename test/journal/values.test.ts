import { expect, test } from "bun:test";
import { values } from "../../src/journal/values.ts";
import type { Value } from "../../src/ports/sql.ts";
import { testPorts } from "../support/ports.ts";

const row = (n: number): Value[] => [n, 7 - n * 225_179_981_368, `código "${n}"`, null, `0${n}`];

test("rows are unchanged by the query, bound one by one or as JSON", async () => {
  const ports = await testPorts();
  for (const count of [1, 2, 64, 65, 990, 40_000]) {
    const rows = Array.from({ length: count }, (_, n) => row(n));
    const list = values(rows, 1);
    const found = await ports.reader.rows({
      sql: `with t (a, b, c, d, e) as (${list.sql})
        select ?1 as before, a, b, c, d, e from t`,
      args: ["antes", ...list.args],
    });
    expect(found.map(({ a, b, c, d, e }) => [a, b, c, d, e])).toEqual(rows);
    expect([...new Set(found.map(({ before }) => before))]).toEqual(["antes"]);
  }
  await ports.close();
});

test("a statement of any number of rows has bounded parameters and text", () => {
  const sizes = [10, 64, 65, 990, 40_000].map((count) => {
    const { sql, args } = values(
      Array.from({ length: count }, (_, n) => row(n)),
      7,
    );
    return [count, args.length, sql.length < 8_192];
  });
  expect(sizes).toEqual([
    [10, 50, true],
    [64, 320, true],
    [65, 1, true],
    [990, 1, true],
    [40_000, 1, true],
  ]);
});
