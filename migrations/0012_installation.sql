-- Which installation this database belongs to, and how many commits of the service it has had: what is kept of both outside of
-- the database (a file in DATA_DIR, an object of R2) shows whether it is still this database, and whole. A restore makes a new id.
-- A commit that finds another id, or fewer commits than it knows of, sets `commits` to NULL and so is refused.
CREATE TABLE installation (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL CHECK (length(id) = 32),
  commits INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
INSERT INTO installation (one, id, commits) VALUES (1, lower(hex(randomblob(16))), 0);
