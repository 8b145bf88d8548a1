import { expect, test } from "bun:test";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { nItemFrom } from "../../../src/lib/item-number.ts";
import { company, itemsOf, note } from "../../support/notes/note-values.ts";

test("items whose goods would be 0 in stock units hold the note, and those that move nothing do not (rounds_to_zero)", () => {
  const mixed = note({ items: itemsOf("5102", "5922", "5102") });
  const judged = (...items: readonly number[]) =>
    classify(mixed, company(), { vanishing: items.map(nItemFrom) });
  expect(judged(2).holds).toEqual([]);
  const { holds, rules } = judged(2, 3);
  expect(holds.map(({ code }) => code)).toEqual(["rounds_to_zero"]);
  expect(rules.find(({ rule }) => rule === "note.rounds_to_zero")?.items).toEqual([3]);
});
