import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const lotBalances = sqliteTable(
  "lot_balances",
  {
    company: integer().notNull(),
    product: text().notNull(),
    lot: text().notNull(),
    /** YYYY-MM-DD, or NEVER. */
    expiresOn: text("expires_on").notNull(),
    quantity_e4: integer("quantity_e4").notNull(),
    warnedDays: integer("warned_days").notNull().default(999),
  },
  (table) => [primaryKey({ columns: [table.company, table.product, table.lot, table.expiresOn] })],
);
