-- Work that outlives its request. A job's documents or export go by the queue; what became of each is its result.
CREATE TABLE jobs (
  company INTEGER NOT NULL REFERENCES companies (id),
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('batch', 'export')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  total INTEGER,
  done INTEGER NOT NULL DEFAULT 0,
  -- What was asked: options of a batch, type, filters and dialect of an export.
  params TEXT NOT NULL CHECK (json_valid(params)),
  summary TEXT CHECK (json_valid(summary)),
  failure TEXT CHECK (json_valid(failure)),
  -- W3C trace id of the request that asked for it.
  trace_id TEXT,
  -- Of an export: the file in the blob store.
  blob TEXT,
  bytes INTEGER,
  expires_at INTEGER,
  created_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX jobs_by_expiry ON jobs (company, expires_at) WHERE expires_at IS NOT NULL;
--> statement-breakpoint
CREATE TABLE job_items (
  company INTEGER NOT NULL,
  job TEXT NOT NULL,
  position INTEGER NOT NULL,
  file TEXT NOT NULL,
  -- The bytes wait under their hash among the originals; NULL: nothing to read (ignored, rejected while unpacking).
  sha256 TEXT,
  state TEXT NOT NULL CHECK (state IN ('received', 'done', 'parked')),
  result TEXT CHECK (json_valid(result)),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, job, position)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX job_items_received ON job_items (company, updated_at) WHERE state = 'received';
--> statement-breakpoint
-- The queue of a single server (platform/bun); on Workers, Cloudflare Queues stand in its place.
CREATE TABLE queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  body TEXT NOT NULL CHECK (json_valid(body)),
  attempts INTEGER NOT NULL DEFAULT 0,
  available_at INTEGER NOT NULL,
  leased_until INTEGER,
  -- Set when the last attempt has failed: the message is parked, with its reason, until somebody replays it.
  dead_at INTEGER,
  reason TEXT,
  created_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX queue_ready ON queue (available_at) WHERE dead_at IS NULL;
