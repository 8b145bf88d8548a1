import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const products = sqliteTable(
  "products",
  {
    company: integer().notNull(),
    code: text().notNull(),
    name: text().notNull(),
    description: text(),
    categoryId: integer("category_id"),
    unit: text().notNull(),
    barcode: text(),
    ncm: text(),
    lastCost_e2: integer("last_cost_e2"),
    lastCostQuantity_e4: integer("last_cost_quantity_e4"),
    salePrice_e2: integer("sale_price_e2").notNull().default(0),
    minStock_e4: integer("min_stock_e4").notNull().default(0),
    maxStock_e4: integer("max_stock_e4"),
    location: text(),
    active: integer({ mode: "boolean" }).notNull().default(true),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    search: text().notNull().default(""),
  },
  (table) => [primaryKey({ columns: [table.company, table.code] })],
);

export const supplierItems = sqliteTable(
  "supplier_items",
  {
    company: integer().notNull(),
    supplier: text().notNull(),
    code: text().notNull(),
    unit: text().notNull(),
    product: text().notNull(),
    factor_e4: integer("factor_e4").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    factorDivisor: integer("factor_divisor").notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.company, table.supplier, table.code, table.unit] })],
);

export const movements = sqliteTable("movements", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  product: text().notNull(),
  // VALOR, a late cost without goods, is in no list: only the kardex reads it.
  type: text({ enum: ["ENTRADA", "SAIDA"] }).notNull(),
  quantity_e4: integer("quantity_e4").notNull(),
  cost_e2: integer("cost_e2"),
  lot: text(),
  expiresOn: text("expires_on"),
  origin: text().notNull(),
  originRef: text("origin_ref").notNull(),
  reference: text(),
  notes: text(),
  posting: text().notNull(),
  userId: integer("user_id"),
  createdAt: integer("created_at").notNull(),
  happenedAt: integer("happened_at").notNull(),
  value_e2: integer("value_e2").notNull(),
  passed_e2: integer("passed_e2").notNull(),
  after_e4: integer("after_e4").notNull(),
  after_e2: integer("after_e2").notNull(),
  undoes: integer(),
});
