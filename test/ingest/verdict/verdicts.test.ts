import { expect, test } from "bun:test";
import { RULES } from "../../../src/ingest/verdict/rules.ts";
import { trusted } from "../../../src/lib/cast.ts";
import { type Around, type Features, verdictOf } from "../../support/notes/verdict-rows.ts";

const rows = (await Bun.file(`${import.meta.dir}/verdicts.tsv`).text())
  .trimEnd()
  .split("\n")
  .filter((line) => !line.startsWith("#"))
  .slice(1)
  .map((line) => line.split("\t"));

test("the table of verdicts has at least 160 rows, each with a name of its own, a rule that exists and a source", () => {
  const rules = new Set([...RULES.direction, ...RULES.item, ...RULES.note].map(({ rule }) => rule));
  expect(rows.length).toBeGreaterThanOrEqual(160);
  expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
  for (const [name, , , , , , , , rule = "", source = ""] of rows)
    expect([name, rules.has(trusted(rule)), source.length > 10]).toEqual([name, true, true]);
});

test("each document of the table has its direction, status, holds, effects and cost, by the rule that it names", () => {
  for (const [name, document = "", around = "", ...row] of rows) {
    const [direction, status, holds, effects, cost, rule = ""] = row;
    const verdict = verdictOf(
      trusted<Features>(JSON.parse(document)),
      trusted<Around>(JSON.parse(around)),
    );
    const { rules, ...rest } = verdict;
    expect({ name, ...rest }).toEqual(
      trusted({ name, direction, status, holds, effects, cost: Number(cost) }),
    );
    expect([name, rules.includes(trusted(rule))]).toEqual([name, true]);
  }
});
