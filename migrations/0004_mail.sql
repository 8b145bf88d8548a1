-- A mail that was taken in is a job of the kind `mail`. SQLite cannot change a CHECK: the table is made anew, with all that it has.
CREATE TABLE jobs_with_mail (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Ordered by time (UUID v7).
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('batch', 'export', 'mail')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- Of a batch or a mail: its items. Of an export: about how many rows it will visit, and how many it has.
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
INSERT INTO jobs_with_mail (company, id, kind, state, total, done, params, summary, failure, trace_parent, blob, bytes,
  expires_at, created_by, created_at, started_at, finished_at, updated_at)
SELECT company, id, kind, state, total, done, params, summary, failure, trace_parent, blob, bytes,
  expires_at, created_by, created_at, started_at, finished_at, updated_at
FROM jobs;
--> statement-breakpoint
DROP TABLE jobs;
--> statement-breakpoint
ALTER TABLE jobs_with_mail RENAME TO jobs;
--> statement-breakpoint
CREATE INDEX jobs_open ON jobs (company, id) WHERE finished_at IS NULL;
--> statement-breakpoint
CREATE INDEX jobs_by_expiry ON jobs (company, expires_at) WHERE expires_at IS NOT NULL;
--> statement-breakpoint
-- How a company wants its mail: one mailbox (IMAP), and whose mail counts.
CREATE TABLE mail_settings (
  company INTEGER NOT NULL PRIMARY KEY REFERENCES companies (id),
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  user TEXT NOT NULL,
  -- Sealed, and bound to company, host, port, user and tls (mail/seal.ts): elsewhere it cannot be opened. NULL: none.
  password TEXT,
  folder TEXT NOT NULL,
  -- JSON list: `nfe@supplier.example`, `@supplier.example`. Empty: nobody.
  senders TEXT NOT NULL CHECK (json_valid(senders)),
  subject TEXT NOT NULL,
  tls INTEGER NOT NULL CHECK (tls IN (0, 1)),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  -- Who saved it last: in this name mail is taken in.
  saved_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
-- The address of a company at MAIL_DOMAIN, nfe-<token>: whoever renews it ends the old one.
CREATE TABLE mail_addresses (
  company INTEGER NOT NULL PRIMARY KEY REFERENCES companies (id),
  token TEXT NOT NULL UNIQUE CHECK (length(token) = 24),
  made_by INTEGER NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
-- Mail that came: each is taken in once, whichever way it comes again; kept 90 days.
CREATE TABLE mails (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- SHA-256 of what makes it this mail (mail/take-mail.ts).
  key TEXT NOT NULL CHECK (length(key) = 64),
  way TEXT NOT NULL CHECK (way IN ('imap', 'address')),
  -- The job that takes it in; NULL: it was refused, and why.
  job TEXT,
  code TEXT CHECK ((code IS NULL) <> (job IS NULL)),
  -- Who sent it, or said so.
  sender TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (company, key)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX mails_by_time ON mails (company, received_at);
--> statement-breakpoint
CREATE INDEX mails_refused ON mails (company, received_at) WHERE job IS NULL;
