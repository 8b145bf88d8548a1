-- Of whom a message is: a lane takes turns between companies (platform/libsql/queue-table.ts).
ALTER TABLE queue ADD COLUMN company INTEGER GENERATED ALWAYS AS (CAST(body ->> 'company' AS INTEGER)) VIRTUAL;
--> statement-breakpoint
CREATE INDEX queue_ready_by_company ON queue (lane, company, available_at, id) WHERE dead_at IS NULL;
