-- 1: the password was generated and nobody has logged in with it: the next start makes another one and shows it.
ALTER TABLE users ADD COLUMN password_generated INTEGER NOT NULL DEFAULT 0 CHECK (password_generated IN (0, 1));
--> statement-breakpoint
-- From where a person has logged in: an IPv4 address or the /64 of an IPv6 one. Each has tries of its own (accounts/login-limits.ts).
CREATE TABLE known_networks (
  company INTEGER NOT NULL REFERENCES companies (id),
  user_id INTEGER NOT NULL,
  network TEXT NOT NULL,
  last_login_at INTEGER NOT NULL,
  PRIMARY KEY (company, user_id, network)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- What a process remembers of a person or a key is good for one version of the company's accounts: no change of either, by
-- whatever way, leaves that version as it was.
CREATE TRIGGER users_change_accounts AFTER UPDATE OF company, role, active, token_version ON users
BEGIN
  INSERT INTO cache_versions (company, tag, version) VALUES (OLD.company, 'accounts', 1)
  ON CONFLICT DO UPDATE SET version = version + 1;
END;
--> statement-breakpoint
CREATE TRIGGER users_deleted_change_accounts AFTER DELETE ON users
BEGIN
  INSERT INTO cache_versions (company, tag, version) VALUES (OLD.company, 'accounts', 1)
  ON CONFLICT DO UPDATE SET version = version + 1;
END;
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
