-- Work that outlives its request. A job's documents or export go by the queue; what became of each is its result.
CREATE TABLE jobs (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Ordered by time (UUID v7).
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('batch', 'export')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- Of a batch: its items. Of an export: about how many rows it will visit, and how many it has.
  total INTEGER,
  done INTEGER NOT NULL DEFAULT 0,
  -- What was asked, and by which request: options of a batch; type, filter and dialect of an export.
  params TEXT NOT NULL CHECK (json_valid(params)),
  summary TEXT CHECK (json_valid(summary)),
  failure TEXT CHECK (json_valid(failure)),
  -- W3C traceparent of the request that asked for it.
  trace_parent TEXT,
  -- Of an export: the file in the blob store, once it is whole.
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
CREATE INDEX jobs_open ON jobs (company, id) WHERE finished_at IS NULL;
--> statement-breakpoint
CREATE INDEX jobs_by_expiry ON jobs (company, expires_at) WHERE expires_at IS NOT NULL;
--> statement-breakpoint
CREATE TABLE job_items (
  company INTEGER NOT NULL,
  job TEXT NOT NULL,
  -- In the order sent, from 0.
  position INTEGER NOT NULL,
  file TEXT NOT NULL,
  -- The bytes wait under their hash among the originals; NULL: nothing to read (ignored, rejected while unpacking).
  sha256 TEXT,
  -- The next item that seems to speak of the same note: its message is sent when this one has its result.
  follower INTEGER,
  state TEXT NOT NULL CHECK (state IN ('received', 'done', 'parked')),
  -- One result for each note of the document, in its order; grows until the item is done.
  results TEXT NOT NULL CHECK (json_valid(results)),
  -- Why it is parked.
  reason TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, job, position)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX job_items_open ON job_items (company, job, position) WHERE state <> 'done';
--> statement-breakpoint
-- Bytes that wait for a job: until when they are kept when no note comes to name them. NULL: for good.
ALTER TABLE originals ADD COLUMN expires_at INTEGER;
--> statement-breakpoint
CREATE INDEX originals_by_expiry ON originals (company, expires_at) WHERE expires_at IS NOT NULL;
--> statement-breakpoint
-- The queue of a single server (platform/bun); on Workers, Cloudflare Queues stand in its place.
CREATE TABLE queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- One piece of work is in the queue once, however often it is sent.
  key TEXT NOT NULL UNIQUE,
  -- Kinds of work that do not wait for one another.
  lane TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  -- How often it was handed out; with leased_by, who may say what became of it.
  attempts INTEGER NOT NULL DEFAULT 0,
  leased_by TEXT,
  -- Nobody takes it before: the end of its lease, or of the delay after a failure.
  available_at INTEGER NOT NULL,
  -- Set when the last attempt has failed: the message is parked, with its reason, until it is sent again.
  dead_at INTEGER,
  reason TEXT,
  created_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX queue_ready ON queue (lane, available_at, id) WHERE dead_at IS NULL;
--> statement-breakpoint
CREATE INDEX queue_dead ON queue (dead_at) WHERE dead_at IS NOT NULL;
