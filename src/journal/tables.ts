import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const cacheVersions = sqliteTable(
  "cache_versions",
  {
    company: integer().notNull(),
    tag: text().notNull(),
    version: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.tag] })],
);

export const events = sqliteTable("events", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  type: text().notNull(),
  payload: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  at: integer().notNull(),
});

export const audit = sqliteTable("audit", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  at: integer().notNull(),
  userId: integer("user_id"),
  action: text().notNull(),
  entity: text().notNull(),
  entityId: text("entity_id"),
  detail: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  requestId: text("request_id").notNull(),
  peer: text(),
});
