import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const mailSettings = sqliteTable("mail_settings", {
  company: integer().primaryKey(),
  host: text().notNull(),
  port: integer().notNull(),
  user: text().notNull(),
  password: text(),
  folder: text().notNull(),
  senders: text({ mode: "json" }).$type<string[]>().notNull(),
  subject: text().notNull(),
  tls: integer({ mode: "boolean" }).notNull(),
  active: integer({ mode: "boolean" }).notNull(),
  savedBy: integer("saved_by").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  failingSince: integer("failing_since"),
  failingReported: integer("failing_reported", { mode: "boolean" }).notNull().default(false),
});
