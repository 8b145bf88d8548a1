import { expect, test } from "bun:test";
import { missingTests, NAMES_A_TEST, namesOfTests, tableRows } from "../support/named-tests.ts";

const page = await Bun.file("docs/security.md").text();

/** Threat, what stands against it, shown by. */
const rows = tableRows(page, "threat");

test("every line of the threat model says what stands against the threat, and which tests show it", () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) {
    expect([row[0], row.length]).toEqual([row[0], 3]);
    for (const shown of namesOfTests(row[2] ?? ""))
      expect([row[0], shown]).toEqual([row[0], expect.stringMatching(NAMES_A_TEST)]);
  }
});

test("every test that the threat model names is there", async () => {
  expect(await missingTests(rows.flatMap((row) => namesOfTests(row[2] ?? "")))).toEqual([]);
});

test("every hole of the old system's security that this service could have too has its line", () => {
  // S19: the page; S20 to S22: how it was delivered.
  for (const hole of [
    "S1",
    "S2",
    "S3",
    "S4",
    "S5",
    "S6",
    "S7",
    "S8",
    "S9",
    "S10",
    "S11",
    "S12",
    "S13",
    "S14",
    "S15",
    "S16",
    "S17",
    "S18",
    "S23",
  ])
    expect([hole, new RegExp(`\\b${hole}\\b`).test(page)]).toEqual([hole, true]);
});
