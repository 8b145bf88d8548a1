import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const cacheVersions = sqliteTable(
  "cache_versions",
  {
    company: integer().notNull(),
    tag: text().notNull(),
    version: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.tag] })],
);

export const events = sqliteTable("events", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  type: text().notNull(),
  payload: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  at: integer().notNull(),
});

export const installation = sqliteTable("installation", {
  one: integer().primaryKey(),
  id: text().notNull(),
  commits: integer().notNull(),
});

export const audit = sqliteTable("audit", {
  id: integer().primaryKey({ autoIncrement: true }),
  company: integer().notNull(),
  at: integer().notNull(),
  userId: integer("user_id"),
  action: text().notNull(),
  entity: text().notNull(),
  entityId: text("entity_id"),
  detail: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  requestId: text("request_id").notNull(),
  peer: text(),
  keyId: text("key_id"),
});

export const jobs = sqliteTable(
  "jobs",
  {
    company: integer().notNull(),
    id: text().notNull(),
    kind: text({ enum: ["batch", "export", "mail"] }).notNull(),
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

export const jobItems = sqliteTable(
  "job_items",
  {
    company: integer().notNull(),
    job: text().notNull(),
    position: integer().notNull(),
    file: text().notNull(),
    sha256: text(),
    follower: integer(),
    state: text({ enum: ["received", "done", "parked"] }).notNull(),
    results: text({ mode: "json" }).$type<Record<string, unknown>[]>().notNull(),
    reason: text(),
    updatedAt: integer("updated_at").notNull(),
    hint: text(),
  },
  (table) => [primaryKey({ columns: [table.company, table.job, table.position] })],
);

export const sweepPlaces = sqliteTable(
  "sweep_places",
  {
    company: integer().notNull(),
    task: text().notNull(),
    place: text().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.company, table.task] })],
);
