-- Where the events of a company's feed are posted to.
CREATE TABLE webhooks (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Ordered by time (UUID v7).
  id TEXT NOT NULL,
  url TEXT NOT NULL,
  host TEXT NOT NULL,
  -- JSON list of types, or ["*"].
  events TEXT NOT NULL CHECK (json_valid(events)),
  description TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  -- Why the service has disabled it, and when; NULL: it has not.
  disabled_why TEXT CHECK (disabled_why IN ('failing', 'gone')),
  disabled_at INTEGER,
  -- Sealed (lib/seal.ts). The one before signs too, until old_secret_until.
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_secret_until INTEGER,
  -- Id of an event: each one up to here was sent, is not of these types, or is a row of webhook_deliveries that waits.
  position INTEGER NOT NULL,
  -- The first failure since the last success.
  failing_since INTEGER,
  -- Runs in a row that ended with failures alone, and until when the next one waits.
  failed_runs INTEGER NOT NULL DEFAULT 0,
  paused_until INTEGER NOT NULL DEFAULT 0,
  -- The run that may write its results, until when at most, and when the last one began.
  run TEXT,
  run_until INTEGER,
  ran_at INTEGER NOT NULL DEFAULT 0,
  created_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- The few that are in work, to be counted by company and by host.
CREATE INDEX webhooks_in_work ON webhooks (company, host, run_until) WHERE run_until IS NOT NULL;
--> statement-breakpoint
-- Events that were sent, or are to be sent again.
CREATE TABLE webhook_deliveries (
  company INTEGER NOT NULL REFERENCES companies (id),
  webhook TEXT NOT NULL,
  event INTEGER NOT NULL,
  type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given_up')),
  -- Attempts since the event was sent first, or again at a person's request.
  attempts INTEGER NOT NULL,
  -- JSON list, the newest last: {"at", "status", "fault", "ms"}.
  log TEXT NOT NULL CHECK (json_valid(log)),
  first_at INTEGER NOT NULL,
  next_at INTEGER CHECK ((next_at IS NOT NULL) = (state = 'waiting')),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, webhook, event)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (company, webhook, next_at) WHERE state = 'waiting';
