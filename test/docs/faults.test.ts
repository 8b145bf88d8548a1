import { expect, test } from "bun:test";
import { missingTests, NAMES_A_TEST, namesOfTests, tableRows } from "../support/named-tests.ts";

const page = await Bun.file("docs/faults.md").text();

/** Id, fault, and what holds it: tests, or "Left:" and the reason. */
const rows = tableRows(page, "id");

test("a fault that was found has an id of its own, and names its tests or the reason why it is left", () => {
  const ids = rows.map((row) => row[0]);
  expect(ids.length).toBeGreaterThan(100);
  expect(new Set(ids).size).toBe(ids.length);
  for (const row of rows) {
    expect([row[0], row.length]).toEqual([row[0], 3]);
    const held = row[2] ?? "";
    if (/^Left: \S.{20,}/.test(held)) continue;
    for (const shown of namesOfTests(held))
      expect([row[0], shown]).toEqual([row[0], expect.stringMatching(NAMES_A_TEST)]);
  }
});

test("a test that the list of faults names is there", async () => {
  const held = rows.map((row) => row[2] ?? "").filter((cell) => !cell.startsWith("Left: "));
  expect(await missingTests(held.flatMap(namesOfTests))).toEqual([]);
});
