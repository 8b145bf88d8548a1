-- A company lives in one of several databases (docs/adr/0028). NULL: in this one. In the first database, the directory, and in one
-- that a company has left or is moving to: the name of the database where it lives.
ALTER TABLE companies ADD COLUMN home TEXT CHECK (length(home) BETWEEN 1 AND 20);
--> statement-breakpoint
-- 1: the company is being moved away, and nothing of it may be written.
ALTER TABLE companies ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1));
--> statement-breakpoint
-- Since when the rows of a company that lives elsewhere are no longer needed here.
ALTER TABLE companies ADD COLUMN left_at INTEGER;
--> statement-breakpoint
-- The run that copies the company into this database.
ALTER TABLE companies ADD COLUMN copier TEXT;
--> statement-breakpoint
-- The last audit line of the first database that was brought here.
ALTER TABLE companies ADD COLUMN audit_from INTEGER NOT NULL DEFAULT 0;
--> statement-breakpoint
-- No row can be written: a batch that selects one into it fails. It is how a batch finds that its company may not be written now.
CREATE TABLE refused_writes (
  company INTEGER NOT NULL CONSTRAINT company_is_moving CHECK (company IS NULL)
) STRICT;
--> statement-breakpoint
-- Moves that are not at their end; of the first database. `source` and `target` are names of databases.
CREATE TABLE moves (
  company INTEGER PRIMARY KEY NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('clear', 'copy', 'switched')),
  -- The table that is copied, and the key of its last copied row.
  place TEXT CHECK (json_valid(place)),
  runner TEXT NOT NULL,
  runner_until INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
-- Keys of rows that were written while their company was being copied; triggers of the move write them.
CREATE TABLE changed_rows (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL CHECK (json_valid(key))
) STRICT;
--> statement-breakpoint
CREATE INDEX changed_rows_of_company ON changed_rows (company, id);
--> statement-breakpoint
-- Ranges of ids, each used by one database alone; of the first database. So a company keeps its ids when it moves.
CREATE TABLE id_ranges (
  first_id INTEGER PRIMARY KEY NOT NULL,
  home TEXT NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
-- Append-only while the company lives here; what it has left behind may go.
DROP TRIGGER movements_are_never_deleted;
--> statement-breakpoint
CREATE TRIGGER movements_are_never_deleted BEFORE DELETE ON movements
WHEN (SELECT home FROM companies WHERE id = OLD.company) IS NULL
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
DROP TRIGGER lot_movements_are_never_deleted;
--> statement-breakpoint
CREATE TRIGGER lot_movements_are_never_deleted BEFORE DELETE ON lot_movements
WHEN (SELECT home FROM companies WHERE id = OLD.company) IS NULL
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
DROP TRIGGER count_lines_are_never_deleted;
--> statement-breakpoint
CREATE TRIGGER count_lines_are_never_deleted BEFORE DELETE ON count_lines
WHEN (SELECT home FROM companies WHERE id = OLD.company) IS NULL
BEGIN SELECT RAISE(ABORT, 'count lines are append-only'); END;
