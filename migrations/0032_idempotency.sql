-- Requests with an Idempotency-Key: the row of a key is inserted in the batch of the request's first write, so that a key is
-- there exactly where its effect is. `effect`: what the audit log says of the first write. `status`: of the stored answer.
CREATE TABLE idempotency_keys (
  company INTEGER NOT NULL,
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  token TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  held_until INTEGER NOT NULL,
  audit_from INTEGER NOT NULL,
  effect TEXT CHECK (effect IS NULL OR json_valid(effect)),
  status INTEGER,
  headers TEXT CHECK (headers IS NULL OR json_valid(headers)),
  body TEXT,
  PRIMARY KEY (company, actor, key)
) STRICT;
--> statement-breakpoint
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (company, created_at);
