-- What an API key asks for and a person confirms. `state` and `plan_hash` stand first among what may not be null: a batch that
-- may not be written sets one of them to NULL (src/confirmations/confirm.ts).
CREATE TABLE confirmations (
  company INTEGER NOT NULL,
  id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'confirmed', 'refused')),
  plan_hash TEXT NOT NULL,
  tool TEXT NOT NULL,
  args TEXT NOT NULL,
  summary TEXT NOT NULL,
  permission TEXT NOT NULL,
  asked_by_user INTEGER NOT NULL,
  asked_by_key TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  claim TEXT,
  ended_at INTEGER,
  ended_by INTEGER,
  PRIMARY KEY (company, id)
) STRICT;
--> statement-breakpoint
CREATE INDEX confirmations_by_expiry ON confirmations (company, expires_at);
