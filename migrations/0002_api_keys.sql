CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL REFERENCES companies (id),
  name TEXT NOT NULL,
  -- SHA-256 of the key, which is shown once; the prefix tells one from another in a list.
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  prefix TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('VISUALIZADOR', 'OPERADOR', 'GERENTE', 'ADMIN')),
  expires_at INTEGER,
  revoked_at INTEGER,
  created_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX api_keys_by_company ON api_keys (company, id);
