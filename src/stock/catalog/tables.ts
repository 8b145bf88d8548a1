import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const categories = sqliteTable("categories", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  name: text().notNull(),
  folded: text().notNull(),
  parentId: integer("parent_id"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
