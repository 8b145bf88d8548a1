import { expect, test } from "bun:test";
import { applied, mutantsOf } from "./mutants.ts";

const all = (source: string) =>
  mutantsOf(source).map((mutant) => `${mutant.kind}: ${applied(source, mutant)}`);

test("mutants change comparisons, conjunctions, negations and constants, and no types", () => {
  expect(all("const a = (b: Map<A, B>) => x < 1 && !y;")).toEqual([
    "comparison: const a = (b: Map<A, B>) => x <= 1 && !y;",
    "constant: const a = (b: Map<A, B>) => x < 0 && !y;",
    "logic: const a = (b: Map<A, B>) => x < 1 || !y;",
    "negation: const a = (b: Map<A, B>) => x < 1 && y;",
  ]);
});

test("mutants drop an await and an early exit", () => {
  expect(all("if (a(b)) return;\nawait c();")).toEqual([
    "early exit: if (false && (a(b))) return;\nawait c();",
    "await: if (a(b)) return;\n c();",
  ]);
});

test("mutants drop each guard of a statement's text, with its brackets", () => {
  const text =
    "update t set a = 1 where b = ?1 and c = ?2 and exists (select 1 where d and e) returning f";
  expect(all(`run(\`${text}\`)`)).toEqual([
    "sql guard: run(`update t set a = 1 where b = ?1 and exists (select 1 where d and e) returning f`)",
    "sql guard: run(`update t set a = 1 where b = ?1 and c = ?2 returning f`)",
    "sql guard: run(`update t set a = 1 where b = ?1 and c = ?2 and exists (select 1 where d) returning f`)",
  ]);
});

test("mutants drop each statement of a batch", () => {
  expect(all("const statements: Statement[] = [a(b, c), ...(d ? e : []), f];")).toEqual([
    "statement: const statements: Statement[] = [ ...(d ? e : []), f];",
    "statement: const statements: Statement[] = [a(b, c), f];",
    "statement: const statements: Statement[] = [a(b, c), ...(d ? e : []),];",
  ]);
});
