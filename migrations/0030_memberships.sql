-- A person's part in a company: the role, and whether it is in force. A row of users is the person; its columns company, role and
-- active say only what the first membership began with.
CREATE TABLE memberships (
  company INTEGER NOT NULL REFERENCES companies (id),
  user_id INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('VISUALIZADOR', 'OPERADOR', 'GERENTE', 'ADMIN')),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  -- Added to the person's token version: what ends the tokens of one company leaves those of the others.
  token_version INTEGER NOT NULL DEFAULT 0,
  -- When the person last chose this company.
  last_used_at INTEGER NOT NULL DEFAULT 0,
  -- NULL: the person was invited and has not accepted.
  accepted_at INTEGER,
  -- SHA-256 of the token in the link of an invitation, and until when it is valid.
  invite_hash TEXT UNIQUE CHECK (length(invite_hash) = 64),
  invite_expires_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, user_id),
  -- A membership is in force only with the person's consent.
  CHECK (active = 0 OR accepted_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX memberships_by_user ON memberships (user_id, company);
--> statement-breakpoint
INSERT INTO memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
SELECT company, id, role, active, created_at, created_at, updated_at FROM users;
--> statement-breakpoint
-- 1: the person was invited and has not chosen a password yet.
ALTER TABLE users ADD COLUMN password_pending INTEGER NOT NULL DEFAULT 0 CHECK (password_pending IN (0, 1));
--> statement-breakpoint
-- No person is without a membership, also one that the version before this one writes.
CREATE TRIGGER users_make_memberships AFTER INSERT ON users
BEGIN
  INSERT INTO memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
  VALUES (NEW.company, NEW.id, NEW.role, NEW.active, CASE NEW.password_pending WHEN 0 THEN NEW.created_at END,
    NEW.created_at, NEW.created_at);
END;
--> statement-breakpoint
CREATE TRIGGER users_change_memberships AFTER UPDATE OF role, active ON users
BEGIN
  UPDATE memberships SET role = NEW.role, active = NEW.active WHERE company = NEW.company AND user_id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER users_delete_memberships AFTER DELETE ON users
BEGIN
  DELETE FROM memberships WHERE user_id = OLD.id;
END;
--> statement-breakpoint
-- What a process remembers of a person is good for one version of the accounts of each company that the person belongs to.
DROP TRIGGER users_change_accounts;
--> statement-breakpoint
DROP TRIGGER users_deleted_change_accounts;
--> statement-breakpoint
CREATE TRIGGER users_change_accounts AFTER UPDATE OF token_version ON users
BEGIN
  INSERT INTO cache_versions (company, tag, version) SELECT company, 'accounts', 1 FROM memberships WHERE user_id = OLD.id
  ON CONFLICT DO UPDATE SET version = version + 1;
END;
--> statement-breakpoint
CREATE TRIGGER memberships_change_accounts AFTER UPDATE OF company, user_id, role, active, token_version ON memberships
BEGIN
  INSERT INTO cache_versions (company, tag, version) VALUES (OLD.company, 'accounts', 1)
  ON CONFLICT DO UPDATE SET version = version + 1;
END;
--> statement-breakpoint
CREATE TRIGGER memberships_deleted_change_accounts AFTER DELETE ON memberships
BEGIN
  INSERT INTO cache_versions (company, tag, version) VALUES (OLD.company, 'accounts', 1)
  ON CONFLICT DO UPDATE SET version = version + 1;
END;
