-- Two authors may say the same type and sequence of a note that is not here: only the note tells which of them may.
DROP INDEX nfe_events_standing;
--> statement-breakpoint
CREATE UNIQUE INDEX nfe_events_standing ON nfe_events (company, access_key, type, sequence, author) WHERE withdrawn_at IS NULL;
