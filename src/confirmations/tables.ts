import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Permission } from "../accounts/roles.ts";

export const confirmations = sqliteTable(
  "confirmations",
  {
    company: integer().notNull(),
    id: text().notNull(),
    /** Stays `waiting` when its time is over. */
    state: text({ enum: ["waiting", "confirmed", "refused"] }).notNull(),
    planHash: text("plan_hash").notNull(),
    tool: text().notNull(),
    args: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    summary: text().notNull(),
    permission: text().$type<Permission>().notNull(),
    askedByUser: integer("asked_by_user").notNull(),
    askedByKey: text("asked_by_key").notNull(),
    askedAt: integer("asked_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** The request that has confirmed it. */
    claim: text(),
    endedAt: integer("ended_at"),
    endedBy: integer("ended_by"),
  },
  (table) => [primaryKey({ columns: [table.company, table.id] })],
);
