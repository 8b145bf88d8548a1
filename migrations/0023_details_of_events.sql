-- JSON {tag: text}: the plain fields of detEvento that have no column of their own.
ALTER TABLE nfe_events ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
