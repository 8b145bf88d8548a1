-- Where the distribution of the tax office was read up to, for each CNPJ. Times are ms UTC.
CREATE TABLE sefaz_cursors (
  company INTEGER NOT NULL REFERENCES companies (id),
  cnpj TEXT NOT NULL CHECK (length(cnpj) = 14),
  -- tpAmb: 1 production, 2 homologation.
  environment TEXT NOT NULL CHECK (environment IN ('1', '2')),
  -- cUFAutor, the IBGE code.
  uf TEXT NOT NULL CHECK (length(uf) = 2),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  -- Everything up to ult_nsu is kept; max_nsu is the last one that the service has named.
  ult_nsu INTEGER NOT NULL DEFAULT 0,
  max_nsu INTEGER NOT NULL DEFAULT 0,
  -- The limits: no call before blocked_until, none by the cursor before next_at. due_at is our own plan.
  blocked_until INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL DEFAULT 0,
  -- The call whose answer may be written; NULL: none is awaited.
  call TEXT,
  faults INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  failing_reported INTEGER NOT NULL DEFAULT 0 CHECK (failing_reported IN (0, 1)),
  -- The last answer: its cStat, or the code of a fault.
  answered_at INTEGER,
  answer_code TEXT,
  answer_text TEXT,
  saved_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, cnpj, environment)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- The limits of the service are those of a CNPJ, whichever company asks.
CREATE INDEX sefaz_cursors_by_cnpj ON sefaz_cursors (cnpj, environment);
--> statement-breakpoint
-- Each call, written before it goes out.
CREATE TABLE sefaz_calls (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Ordered by time (UUID v7).
  id TEXT NOT NULL,
  cnpj TEXT NOT NULL,
  environment TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('cursor', 'nsu', 'key')),
  -- The NSU after which, the NSU, or the access key.
  subject TEXT NOT NULL,
  at INTEGER NOT NULL,
  answered_at INTEGER,
  outcome TEXT,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX sefaz_calls_by_time ON sefaz_calls (company, cnpj, environment, at);
--> statement-breakpoint
-- Documents that a person wants by key or by NSU; they wait for the hour's allowance.
CREATE TABLE sefaz_asks (
  company INTEGER NOT NULL REFERENCES companies (id),
  id TEXT NOT NULL,
  cnpj TEXT NOT NULL,
  environment TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('nsu', 'key')),
  subject TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
  code TEXT,
  text TEXT,
  job TEXT,
  asked_by INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX sefaz_asks_waiting ON sefaz_asks (company, cnpj, environment, kind, subject) WHERE state = 'waiting';
--> statement-breakpoint
-- Documents of the distribution that could not be taken, by their NSU.
CREATE TABLE sefaz_parked (
  company INTEGER NOT NULL REFERENCES companies (id),
  cnpj TEXT NOT NULL,
  environment TEXT NOT NULL,
  nsu INTEGER NOT NULL,
  schema TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- NULL: the service must be asked for them again.
  bytes BLOB,
  parked_at INTEGER NOT NULL,
  taken_at INTEGER,
  PRIMARY KEY (company, cnpj, environment, nsu)
) STRICT;
--> statement-breakpoint
-- Notes that are known by their summary (resNFe) alone. The value is in 1/100.
CREATE TABLE announced_notes (
  company INTEGER NOT NULL REFERENCES companies (id),
  access_key TEXT NOT NULL,
  -- The CNPJ of the company that they were distributed to, and their place there.
  cnpj TEXT NOT NULL,
  nsu INTEGER NOT NULL,
  issuer TEXT NOT NULL,
  issuer_name TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  issued_ms INTEGER NOT NULL,
  value_e2 INTEGER NOT NULL,
  tp_nf TEXT NOT NULL,
  -- cSitNFe: 1 authorised, 2 denied, 3 cancelled.
  c_sit TEXT NOT NULL,
  protocol TEXT NOT NULL,
  announced_at INTEGER NOT NULL,
  -- The note itself is here since.
  completed_at INTEGER,
  PRIMARY KEY (company, access_key)
) STRICT;
--> statement-breakpoint
CREATE INDEX announced_notes_open ON announced_notes (company, issued_ms, access_key) WHERE completed_at IS NULL;
--> statement-breakpoint
-- Events that are known by their summary (resEvento) alone.
CREATE TABLE announced_events (
  company INTEGER NOT NULL REFERENCES companies (id),
  access_key TEXT NOT NULL,
  tp_evento TEXT NOT NULL,
  n_seq INTEGER NOT NULL,
  author TEXT NOT NULL,
  cnpj TEXT NOT NULL,
  nsu INTEGER NOT NULL,
  title TEXT NOT NULL,
  happened_at TEXT NOT NULL,
  protocol TEXT NOT NULL,
  announced_at INTEGER NOT NULL,
  PRIMARY KEY (company, access_key, tp_evento, n_seq, author)
) STRICT, WITHOUT ROWID;
