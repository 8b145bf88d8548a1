import { expect, test } from "bun:test";
import { FENCED_FOLDERS, foldersIn, withImports } from "./folder-table.ts";

const page = await Bun.file("AGENTS.md").text();

test("the table of AGENTS.md has every folder of the fence and no other", () => {
  expect(foldersIn(page).sort()).toEqual([...FENCED_FOLDERS].sort());
});

test("the table of AGENTS.md has the imports of the fence; `bun test/docs/folder-table.ts` writes them", () => {
  expect(page).toBe(withImports(page));
});
