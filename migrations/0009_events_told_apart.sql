-- Two events under one key, type and sequence are told apart by what they say, and a person may withdraw one:
-- a withdrawn event stays, and another may take its place. One at most stands.
CREATE TABLE nfe_events_told_apart (
  company INTEGER NOT NULL,
  access_key TEXT NOT NULL,
  type TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  -- SHA-256 of what infEvento says; of a row of before this migration, of its bytes.
  content TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  -- The call that inserted it: the event's id.
  registration TEXT NOT NULL,
  effect TEXT NOT NULL CHECK (effect IN ('cancelled', 'attached', 'held', 'waiting', 'none')),
  c_stat TEXT NOT NULL,
  event_at TEXT,
  registered_at TEXT,
  -- CNPJ or CPF; null where a row of before this migration did not keep it.
  author TEXT,
  protocol TEXT,
  -- JSON {type, nProt} of the event that this one takes back.
  undoes TEXT,
  -- JSON [{nItem, quantity, unit}].
  quantities TEXT NOT NULL,
  text TEXT,
  received_at INTEGER NOT NULL,
  received_by INTEGER NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by INTEGER,
  withdrawn_reason TEXT,
  -- The call that withdrew it.
  withdrawal TEXT,
  PRIMARY KEY (company, access_key, type, sequence, content)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO nfe_events_told_apart (company, access_key, type, sequence, content, sha256, registration, effect, c_stat, event_at,
  quantities, text, received_at, received_by)
SELECT company, access_key, type, sequence, sha256, sha256, registration,
  CASE WHEN effect = 'waiting' AND EXISTS (SELECT 1 FROM notes n WHERE n.company = e.company AND n.access_key = e.access_key)
    THEN CASE WHEN type IN ('110111', '110112') THEN 'cancelled' ELSE 'attached' END ELSE effect END,
  c_stat, event_at, '[]', text, received_at, received_by
FROM nfe_events e;
--> statement-breakpoint
DROP TABLE nfe_events;
--> statement-breakpoint
ALTER TABLE nfe_events_told_apart RENAME TO nfe_events;
--> statement-breakpoint
CREATE UNIQUE INDEX nfe_events_standing ON nfe_events (company, access_key, type, sequence) WHERE withdrawn_at IS NULL;
