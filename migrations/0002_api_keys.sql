CREATE TABLE api_keys (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Stands in the key itself, sge_<id>_<secret>, and tells it from others in lists, logs and the audit.
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- SHA-256 of the whole key, which is shown once.
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  role TEXT NOT NULL CHECK (role IN ('VISUALIZADOR', 'OPERADOR', 'GERENTE', 'ADMIN')),
  expires_at INTEGER,
  revoked_at INTEGER,
  -- To the hour.
  last_used_at INTEGER,
  created_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- The API key that stood for the user.
ALTER TABLE audit ADD COLUMN key_id TEXT;
