import { expect, test } from "bun:test";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { columnsOf } from "../../src/ports/columns.ts";

const things = sqliteTable("things", {
  id: integer().primaryKey(),
  timeZone: text("time_zone").notNull(),
  active: integer({ mode: "boolean" }).notNull(),
  parts: text({ mode: "json" }).$type<number[]>(),
  hidden: text(),
});
const { sql, read } = columnsOf(things, "t", ["id", "timeZone", "active", "parts"]);

test("the select list has the columns under the alias, in order", () => {
  expect(sql).toBe("t.id, t.time_zone, t.active, t.parts");
});

test("a row is read by the names and types of the declaration", () => {
  expect(read({ id: 1, time_zone: "UTC", active: 1, parts: "[1,2]" })).toEqual({
    id: 1,
    timeZone: "UTC",
    active: true,
    parts: [1, 2],
  });
});

test("NULL is null, whatever the type of its column", () => {
  expect(read({ id: 1, time_zone: "UTC", active: 0, parts: null })).toEqual({
    id: 1,
    timeZone: "UTC",
    active: false,
    parts: null,
  });
});
