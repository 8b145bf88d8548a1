import { expect, test } from "bun:test";
import { emptyFolder } from "../../bench/folder.ts";
import { recordNotes } from "../../bench/recorded.ts";
import { KEPT_LENGTH } from "../../src/platform/bun/database/connection.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";

test("a note of 40 items is written by statements that the writer keeps prepared", async () => {
  await using folder = await emptyFolder();
  const { jobs } = await recordNotes(folder.path, [], [syntheticNote({ seed: 4, items: 40 })]);
  const texts = jobs.flatMap(({ statements }) => statements.map(({ sql }) => sql));
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter((sql) => sql.length > KEPT_LENGTH)).toEqual([]);
});
