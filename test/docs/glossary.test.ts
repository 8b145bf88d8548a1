import { expect, test } from "bun:test";
import { ROLES } from "../../src/accounts/roles.ts";
import { JOB_KINDS } from "../../src/journal/jobs.ts";
import { NOTE_STATUSES } from "../../src/lib/note-status.ts";
import { tableOf } from "./page-tables.ts";

const page = await Bun.file("docs/glossary.md").text();

test("a word of the glossary has a meaning and a place, and no word stands twice", () => {
  const rows = tableOf(page, "word | meaning | where");
  expect(rows.length).toBeGreaterThan(40);
  for (const [word = "", meaning = "", where = ""] of rows)
    expect([word, meaning.length > 10, /^`[\w/.-]+`$/.test(where)]).toEqual([word, true, true]);
  const words = rows.map(([word]) => word);
  expect(words).toEqual([...new Set(words)]);
});

test("the glossary explains every state, role and kind of job of the wire", () => {
  for (const word of [...NOTE_STATUSES, ...ROLES, ...JOB_KINDS, "ENTRADA", "SAIDA"])
    expect([word, page.includes(`\`${word}\``)]).toEqual([word, true]);
});

test("a metaphor that is gone names its term and its meaning", () => {
  const rows = tableOf(page, "was | is | meaning");
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows)
    expect([row[0], row.every((cell) => cell !== "")]).toEqual([row[0], true]);
});
