import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { KeyRole, Role } from "./roles.ts";
import type { TaxProfile } from "./tax-profile.ts";

export const companies = sqliteTable("companies", {
  id: integer().primaryKey(),
  name: text().notNull(),
  cnpjs: text({ mode: "json" }).$type<string[]>().notNull(),
  environment: text({ enum: ["production", "homologation"] }).notNull(),
  timeZone: text("time_zone").notNull(),
  autoApprove: integer("auto_approve", { mode: "boolean" }).notNull(),
  overridableHolds: text("overridable_holds", { mode: "json" }).$type<string[]>().notNull(),
  requireSignature: integer("require_signature", { mode: "boolean" }).notNull(),
  requireMapping: integer("require_mapping", { mode: "boolean" }).notNull(),
  allowNegative: integer("allow_negative", { mode: "boolean" }).notNull(),
  settingsVersion: integer("settings_version").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  units: text({ mode: "json" }).$type<Record<string, string>>().notNull().default({}),
  taxProfile: text("tax_profile", { mode: "json" }).$type<TaxProfile>(),
  taxProfileVersion: integer("tax_profile_version").notNull().default(0),
  costRisePercent: integer("cost_rise_percent").notNull().default(30),
  heldDays: integer("held_days").notNull().default(7),
  /** The name of the database where the company lives; null: this one. */
  home: text(),
  frozen: integer({ mode: "boolean" }).notNull().default(false),
  leftAt: integer("left_at"),
  copier: text(),
  auditFrom: integer("audit_from").notNull().default(0),
});

export const users = sqliteTable("users", {
  id: integer().primaryKey(),
  company: integer().notNull(),
  name: text(),
  email: text().notNull(),
  passwordHash: text("password_hash").notNull(),
  role: text().$type<Role>().notNull(),
  active: integer({ mode: "boolean" }).notNull(),
  tokenVersion: integer("token_version").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  /** The generated password has not been used for a login. */
  passwordGenerated: integer("password_generated", { mode: "boolean" }).notNull().default(false),
  /** The person was invited, and has not chosen a password yet. */
  passwordPending: integer("password_pending", { mode: "boolean" }).notNull().default(false),
  /** Sessions of browsers that ended before their tokens: id → until when one may be there, milliseconds UTC. */
  endedSessions: text("ended_sessions", { mode: "json" })
    .$type<Record<string, number>>()
    .notNull()
    .default({}),
});

export const memberships = sqliteTable(
  "memberships",
  {
    company: integer().notNull(),
    userId: integer("user_id").notNull(),
    role: text().$type<Role>().notNull(),
    active: integer({ mode: "boolean" }).notNull(),
    tokenVersion: integer("token_version").notNull().default(0),
    lastUsedAt: integer("last_used_at").notNull().default(0),
    acceptedAt: integer("accepted_at"),
    inviteHash: text("invite_hash"),
    inviteExpiresAt: integer("invite_expires_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.userId] })],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    company: integer().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    hash: text().notNull(),
    role: text().$type<KeyRole>().notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.id] })],
);
