-- To whom a company's alerts are sent by mail, and how far they were.
CREATE TABLE alert_mails (
  company INTEGER NOT NULL PRIMARY KEY REFERENCES companies (id),
  -- JSON lists: addresses, and types of events.
  recipients TEXT NOT NULL CHECK (json_valid(recipients)),
  types TEXT NOT NULL CHECK (json_valid(types)),
  -- Id of an event: each alert up to here was sent, or is given up.
  position INTEGER NOT NULL,
  -- Raised by each change and each mail: what one saw and another has changed is not written.
  version INTEGER NOT NULL,
  -- No mail is sent before.
  paused_until INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER,
  -- Of the last mail: what went wrong, since when, and how often in a row; NULL and 0: nothing.
  fault TEXT,
  failing_since INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
