import { expect, test } from "bun:test";
import { DESTINATIONS, type Destination } from "../../../src/accounts/tax-profile.ts";
import { knownCfops } from "../../../src/ingest/verdict/cfop.ts";
import { entryCfop, exitCfops } from "../../../src/ingest/verdict/entry-cfop.ts";

test.each<[string, Destination, string | null]>([
  ["5102", "resale", "1102"],
  ["6101", "input", "2101"],
  ["5102", "use", "1556"],
  ["6102", "asset", "2551"],
  ["5405", "resale", "1403"],
  ["5405", "use", "1407"],
  ["6401", "input", "2401"],
  ["5656", "use", "1653"],
  ["5202", "resale", "1202"],
  ["5201", "resale", "1202"],
  ["5201", "input", "1201"],
  ["6411", "resale", "2411"],
  ["5556", "resale", "1202"],
  ["5117", "resale", "1117"],
  ["5152", "resale", "1152"],
  ["5910", "resale", "1910"],
  ["5922", "resale", "1922"],
  ["5929", "use", "1556"],
  ["6949", "resale", "2949"],
  ["1102", "use", "1102"],
  ["5927", "resale", null],
])("CFOP %s for %s is booked as %p", (cfop, destination, expected) => {
  expect(entryCfop(cfop, destination)).toBe(expected);
});

/** Services with documents of their own, papers of tax alone, exports of lots, losses and the closing of a company. */
const WITHOUT_ENTRY =
  "5160 5258 5307 5357 5359 5606 5665 5927 5928 6160 6258 6307 6357 6359 6360 6665 7358 7501 7504";

test("every entry code is in the table of operations, and only these exits have none", () => {
  const known = new Set(knownCfops);
  const without = exitCfops.filter((code) => {
    const entries = DESTINATIONS.map((destination) => entryCfop(code, destination));
    for (const entry of entries) if (entry !== null) expect(known.has(entry)).toBe(true);
    return entries.includes(null);
  });
  expect(without.sort()).toEqual(WITHOUT_ENTRY.split(" "));
});
