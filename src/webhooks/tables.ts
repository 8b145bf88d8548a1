import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Attempt } from "./attempt.ts";

export const webhooks = sqliteTable(
  "webhooks",
  {
    company: integer().notNull(),
    id: text().notNull(),
    url: text().notNull(),
    host: text().notNull(),
    events: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    description: text().notNull(),
    active: integer({ mode: "boolean" }).notNull(),
    disabledWhy: text("disabled_why", { enum: ["failing", "gone"] }),
    disabledAt: integer("disabled_at"),
    secret: text().notNull(),
    oldSecret: text("old_secret"),
    oldSecretUntil: integer("old_secret_until"),
    position: integer().notNull(),
    failingSince: integer("failing_since"),
    failedRuns: integer("failed_runs").notNull().default(0),
    pausedUntil: integer("paused_until").notNull().default(0),
    run: text(),
    runUntil: integer("run_until"),
    ranAt: integer("ran_at").notNull().default(0),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.id] })],
);

export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    company: integer().notNull(),
    webhook: text().notNull(),
    event: integer().notNull(),
    type: text().notNull(),
    state: text({ enum: ["waiting", "delivered", "given_up"] }).notNull(),
    attempts: integer().notNull(),
    log: text({ mode: "json" }).$type<readonly Attempt[]>().notNull(),
    firstAt: integer("first_at").notNull(),
    nextAt: integer("next_at"),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.webhook, table.event] })],
);
