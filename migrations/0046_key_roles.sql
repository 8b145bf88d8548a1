-- A key of the role AGENTE gives the tax office's answers to the service, and may nothing else. SQLite cannot change a CHECK: the
-- table is made anew, with all that it has, and with its triggers.
CREATE TABLE api_keys_with_agents (
  company INTEGER NOT NULL REFERENCES companies (id),
  -- Stands in the key itself, sge_<id>_<secret>, and tells it from others in lists, logs and the audit.
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- SHA-256 of the whole key, which is shown once.
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  role TEXT NOT NULL CHECK (role IN ('AGENTE', 'VISUALIZADOR', 'OPERADOR', 'GERENTE', 'ADMIN')),
  expires_at INTEGER,
  revoked_at INTEGER,
  -- To the hour.
  last_used_at INTEGER,
  created_by INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO api_keys_with_agents (company, id, name, hash, role, expires_at, revoked_at, last_used_at, created_by, created_at)
SELECT company, id, name, hash, role, expires_at, revoked_at, last_used_at, created_by, created_at FROM api_keys;
--> statement-breakpoint
DROP TABLE api_keys;
--> statement-breakpoint
ALTER TABLE api_keys_with_agents RENAME TO api_keys;
--> statement-breakpoint
CREATE TRIGGER api_keys_change_accounts AFTER UPDATE OF company, role, expires_at, revoked_at, created_by ON api_keys
BEGIN
  INSERT INTO cache_versions (company, tag, version) VALUES (OLD.company, 'accounts', 1)
  ON CONFLICT DO UPDATE SET version = version + 1;
END;
--> statement-breakpoint
CREATE TRIGGER api_keys_deleted_change_accounts AFTER DELETE ON api_keys
BEGIN
  INSERT INTO cache_versions (company, tag, version) VALUES (OLD.company, 'accounts', 1)
  ON CONFLICT DO UPDATE SET version = version + 1;
END;
