import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const sefazCertificates = sqliteTable(
  "sefaz_certificates",
  {
    company: integer().notNull(),
    id: text().notNull(),
    cnpj: text().notNull(),
    root: text().notNull(),
    holder: text().notNull(),
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at").notNull(),
    secret: text().notNull(),
    file: text(),
    warned: integer(),
    addedBy: integer("added_by").notNull(),
    addedAt: integer("added_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.id] })],
);
