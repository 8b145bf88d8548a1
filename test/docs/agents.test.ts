import { expect, test } from "bun:test";
import { OWNERS } from "../support/table-fence.ts";
import { FENCED_FOLDERS, foldersIn, withImports } from "./folder-table.ts";
import { tableOf } from "./page-tables.ts";

const page = await Bun.file("AGENTS.md").text();

test("the table of AGENTS.md has every folder of the fence and no other", () => {
  expect(foldersIn(page).sort()).toEqual([...FENCED_FOLDERS].sort());
});

test("the table of AGENTS.md has the imports of the fence; `bun test/docs/folder-table.ts` writes them", () => {
  expect(page).toBe(withImports(page));
});

test("AGENTS.md has every table of the database with its owner", () => {
  const rows = tableOf(page, "owner").flatMap(([owner = "", tables = ""]) =>
    tables.split(", ").map((table) => [table, owner.slice(1, -2)]),
  );
  expect(Object.fromEntries(rows)).toEqual(OWNERS);
});
