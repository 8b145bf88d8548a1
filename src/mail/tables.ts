import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
});

export const mailAddresses = sqliteTable("mail_addresses", {
  company: integer().primaryKey(),
  token: text().notNull(),
  madeBy: integer("made_by").notNull(),
  madeAt: integer("made_at").notNull(),
});

export const mails = sqliteTable(
  "mails",
  {
    company: integer().notNull(),
    key: text().notNull(),
    way: text({ enum: ["imap", "address"] }).notNull(),
    job: text(),
    code: text(),
    sender: text().notNull(),
    receivedAt: integer("received_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.key] })],
);
