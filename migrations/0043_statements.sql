-- The recipient's statements (manifestação do destinatário), each a row from the moment it was asked for. Times are ms UTC.
CREATE TABLE sefaz_statements (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Ordered by time (UUID v7).
  id TEXT NOT NULL,
  access_key TEXT NOT NULL CHECK (length(access_key) = 44),
  -- CNPJ of the recipient.
  author TEXT NOT NULL CHECK (length(author) = 14),
  -- tpAmb: 1 production, 2 homologation.
  environment TEXT NOT NULL CHECK (environment IN ('1', '2')),
  type TEXT NOT NULL CHECK (type IN ('210200', '210210', '210220', '210240')),
  -- nSeqEvento.
  sequence INTEGER NOT NULL CHECK (sequence IN (1, 2)),
  reason TEXT,
  state TEXT NOT NULL CHECK (state IN ('asked', 'sending', 'done', 'refused')),
  -- A call may have been carried out whose answer was not read: the service is asked before it is sent again.
  doubtful INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1)),
  -- The process that works on it, and until when it is that one's alone.
  call TEXT,
  call_until INTEGER NOT NULL DEFAULT 0,
  -- When there is something to do; NULL: nothing any more.
  next_at INTEGER,
  faults INTEGER NOT NULL DEFAULT 0,
  -- The last answer: its cStat, or the code of a fault.
  code TEXT,
  text TEXT,
  protocol TEXT,
  -- dhRegEvento.
  registered_at TEXT,
  -- SHA-256 of the original that proves it (procEventoNFe), and since when it is among the events of its note.
  proof TEXT,
  entered_at INTEGER,
  by_rule INTEGER NOT NULL CHECK (by_rule IN (0, 1)),
  asked_by INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX sefaz_statements_once ON sefaz_statements (company, access_key, type, sequence) WHERE state <> 'refused';
--> statement-breakpoint
CREATE INDEX sefaz_statements_of_note ON sefaz_statements (company, access_key, id);
--> statement-breakpoint
CREATE INDEX sefaz_statements_due ON sefaz_statements (company, next_at) WHERE next_at IS NOT NULL;
--> statement-breakpoint
-- Whether ciência is stated without a person: of no note, of every announced note, or of those of known suppliers.
CREATE TABLE sefaz_statement_rules (
  company INTEGER NOT NULL PRIMARY KEY REFERENCES companies (id),
  awareness TEXT NOT NULL CHECK (awareness IN ('never', 'always', 'known_suppliers')),
  saved_by INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
