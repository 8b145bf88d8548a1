import { expect, test } from "bun:test";
import fc from "fast-check";
import { CSV, DIALECTS, textOfCell } from "../../src/export/csv.ts";

test("a text is read back from its cell in either dialect as it was written", () => {
  const alphabet = [..."'=+-@\"0012,5;.aé \u200b＝", "=", "'", "\t"];
  const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 6 }).map((all) => all.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), fc.constantFrom(...DIALECTS), (written, dialect) => {
      const cell = CSV[dialect].text(written);
      const bare = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      expect(textOfCell(bare)).toBe(written);
    }),
    { seed: 20261128, numRuns: 2_000 },
  );
});
