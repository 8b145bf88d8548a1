import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { DESTINATIONS } from "../../accounts/tax-profile.ts";
import type { NItem, Position } from "../../lib/item-number.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { EventQuantity, NfeEvent } from "../../nfe/note.ts";
import type { StoredCost } from "../cost/stored-cost.ts";
import type { StoredTaxes } from "../cost/stored-taxes.ts";
import type { Hold } from "../verdict/failures.ts";
import type { Effect } from "../verdict/verdict.ts";
import type { Finding, Rule } from "./written-verdict.ts";

export const notes = sqliteTable("notes", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  accessKey: text("access_key").notNull(),
  sha256: text().notNull(),
  status: text().$type<NoteStatus>().notNull(),
  registration: text().notNull(),
  posting: text(),
  direction: text({ enum: ["entry", "exit", "none"] }).notNull(),
  issuedByUs: integer("issued_by_us", { mode: "boolean" }).notNull(),
  model: text().notNull(),
  series: text().notNull(),
  number: text().notNull(),
  issuedAt: text("issued_at").notNull(),
  issuedMs: integer("issued_ms").notNull(),
  supplierId: text("supplier_id").notNull(),
  supplierName: text("supplier_name").notNull(),
  totalItems: integer("total_items").notNull(),
  totalValue_e2: integer("total_value_e2").notNull(),
  hasProtocol: integer("has_protocol", { mode: "boolean" }).notNull(),
  holds: text({ mode: "json" }).$type<Hold[]>().notNull(),
  findings: text({ mode: "json" }).$type<Finding[]>().notNull(),
  rules: text({ mode: "json" }).$type<Rule[]>().notNull(),
  settingsVersion: integer("settings_version").notNull(),
  verdictVersion: integer("verdict_version").notNull().default(1),
  reason: text(),
  receivedAt: integer("received_at").notNull(),
  receivedBy: integer("received_by").notNull(),
  processedAt: integer("processed_at"),
  processedBy: integer("processed_by"),
  updatedAt: integer("updated_at").notNull(),
  rulesVersion: integer("rules_version").notNull().default(0),
  referenced: text({ mode: "json" }).$type<StoredReference[]>(),
  taxProfile: integer("tax_profile").notNull().default(0),
  recipientId: text("recipient_id"),
  recipientName: text("recipient_name"),
  heldReported: integer("held_reported", { mode: "boolean" }).notNull().default(false),
});

/** A reference as notes keep it: the key, and the items of this note and of the other (null: the note as a whole). */
export interface StoredReference {
  key: string;
  n_item: number | null;
  original: number | null;
}

export const noteReferences = sqliteTable(
  "note_references",
  {
    company: integer().notNull(),
    accessKey: text("access_key").notNull(),
    note: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.accessKey, table.note] })],
);

export const noteItems = sqliteTable(
  "note_items",
  {
    company: integer().notNull(),
    note: integer().notNull(),
    position: integer().$type<Position>().notNull(),
    nItem: integer("n_item").$type<NItem>().notNull(),
    code: text().notNull(),
    name: text().notNull(),
    unit: text().notNull(),
    quantity_e4: integer("quantity_e4").notNull(),
    unitPriceText: text("unit_price_text").notNull(),
    total_e2: integer("total_e2").notNull(),
    ncm: text(),
    cfop: text().notNull(),
    barcode: text(),
    taxUnit: text("tax_unit").notNull(),
    taxQuantity_e4: integer("tax_quantity_e4").notNull(),
    effect: text().$type<Effect>().notNull(),
    landed_e2: integer("landed_e2").notNull(),
    lots: text({ mode: "json" }).$type<StoredLot[]>().notNull(),
    bringsCost: integer("brings_cost", { mode: "boolean" }).notNull().default(true),
    taxes: text({ mode: "json" }).$type<StoredTaxes>(),
    cost: text({ mode: "json" }).$type<StoredCost>(),
    destination: text({ enum: DESTINATIONS }),
    taxBarcode: text("tax_barcode"),
  },
  (table) => [primaryKey({ columns: [table.company, table.note, table.position] })],
);

/** A lot as note_items keeps it: number, quantity (1/10⁴, in the note's unit), made on, expires on. */
export interface StoredLot {
  lot: string;
  quantity_e4: number;
  made_on: string | null;
  expires_on: string | null;
}

export const nfeEvents = sqliteTable(
  "nfe_events",
  {
    company: integer().notNull(),
    accessKey: text("access_key").notNull(),
    type: text().notNull(),
    sequence: integer().notNull(),
    content: text().notNull(),
    sha256: text().notNull(),
    registration: text().notNull(),
    effect: text({ enum: ["cancelled", "attached", "held", "waiting", "none"] }).notNull(),
    cStat: text("c_stat").notNull(),
    eventAt: text("event_at"),
    registeredAt: text("registered_at"),
    author: text(),
    protocol: text(),
    undoes: text({ mode: "json" }).$type<NfeEvent["undoes"]>(),
    quantities: text({ mode: "json" }).$type<EventQuantity[]>().notNull(),
    text: text(),
    receivedAt: integer("received_at").notNull(),
    receivedBy: integer("received_by").notNull(),
    withdrawnAt: integer("withdrawn_at"),
    withdrawnBy: integer("withdrawn_by"),
    withdrawnReason: text("withdrawn_reason"),
    withdrawal: text(),
    details: text({ mode: "json" }).$type<Record<string, string>>().notNull().default({}),
  },
  (table) => [
    primaryKey({
      columns: [table.company, table.accessKey, table.type, table.sequence, table.content],
    }),
  ],
);
