-- The chain of the audit lines of a company (docs/adr/0024): place and hash of a line, null until it is chained.
ALTER TABLE audit ADD COLUMN seq INTEGER;
--> statement-breakpoint
ALTER TABLE audit ADD COLUMN hash TEXT;
--> statement-breakpoint
-- The last chained line of each company: `line` is its id in audit.
CREATE TABLE audit_heads (
  company INTEGER PRIMARY KEY NOT NULL,
  seq INTEGER NOT NULL,
  line INTEGER NOT NULL,
  hash TEXT NOT NULL,
  chained_at INTEGER NOT NULL
) STRICT;
