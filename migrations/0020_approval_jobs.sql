-- Many notes that are approved later are a job of the kind `approval`: an item for each note, with its key in `file` and no
-- bytes. SQLite cannot change a CHECK: the table is made anew, with all that it has.
CREATE TABLE jobs_with_approvals (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Ordered by time (UUID v7).
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('batch', 'export', 'mail', 'approval')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- Of a batch, a mail or an approval: its items. Of an export: about how many rows it will visit, and how many it has.
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
INSERT INTO jobs_with_approvals (company, id, kind, state, total, done, params, summary, failure, trace_parent, blob, bytes,
  expires_at, created_by, created_at, started_at, finished_at, updated_at)
SELECT company, id, kind, state, total, done, params, summary, failure, trace_parent, blob, bytes,
  expires_at, created_by, created_at, started_at, finished_at, updated_at
FROM jobs;
--> statement-breakpoint
DROP TABLE jobs;
--> statement-breakpoint
ALTER TABLE jobs_with_approvals RENAME TO jobs;
--> statement-breakpoint
CREATE INDEX jobs_open ON jobs (company, id) WHERE finished_at IS NULL;
--> statement-breakpoint
CREATE INDEX jobs_by_expiry ON jobs (company, expires_at) WHERE expires_at IS NOT NULL;
