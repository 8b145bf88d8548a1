import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const events = sqliteTable("events", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  type: text().notNull(),
  payload: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  at: integer().notNull(),
});

export const jobs = sqliteTable(
  "jobs",
  {
    company: integer().notNull(),
    id: text().notNull(),
    kind: text({ enum: ["batch", "export", "mail", "approval"] }).notNull(),
    state: text({ enum: ["queued", "running", "done", "failed", "cancelled"] }).notNull(),
    total: integer(),
    done: integer().notNull().default(0),
    params: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    summary: text({ mode: "json" }).$type<Record<string, number>>(),
    failure: text({ mode: "json" }).$type<{ code: string }>(),
    traceParent: text("trace_parent"),
    blob: text(),
    bytes: integer(),
    expiresAt: integer("expires_at"),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.id] })],
);
