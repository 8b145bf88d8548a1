import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AlertType } from "../journal/feed-events.ts";
import type { MailFault } from "../ports/mailer.ts";

export const alertMails = sqliteTable("alert_mails", {
  company: integer().primaryKey(),
  recipients: text({ mode: "json" }).$type<string[]>().notNull(),
  types: text({ mode: "json" }).$type<AlertType[]>().notNull(),
  position: integer().notNull(),
  version: integer().notNull(),
  pausedUntil: integer("paused_until").notNull().default(0),
  sentAt: integer("sent_at"),
  fault: text().$type<MailFault>(),
  failingSince: integer("failing_since"),
  failures: integer().notNull().default(0),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
