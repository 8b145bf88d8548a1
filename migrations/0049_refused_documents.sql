-- The job of the documents that a call has brought, until it was looked at which of them it has refused.
ALTER TABLE sefaz_calls ADD COLUMN job TEXT;
--> statement-breakpoint
CREATE INDEX sefaz_calls_with_job ON sefaz_calls (company, id) WHERE job IS NOT NULL;
