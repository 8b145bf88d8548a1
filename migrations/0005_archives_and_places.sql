-- A ZIP that is opened later: until all its documents stand in job_items, its job names the file in `blob`, and each
-- document keeps the note that it seems to speak of, so that documents of one note can take turns.
ALTER TABLE job_items ADD COLUMN hint TEXT;
--> statement-breakpoint
-- Where a task that goes over everything in slices goes on at its next run.
CREATE TABLE sweep_places (
  company INTEGER NOT NULL REFERENCES companies (id),
  task TEXT NOT NULL,
  place TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (company, task)
) STRICT, WITHOUT ROWID;
