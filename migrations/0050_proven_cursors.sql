-- The tax office has answered this service's own call with a certificate of the company: until that certificate's end, ms UTC, the
-- limits of this CNPJ are also those of other companies that have it; from the claim of such a call on for two minutes. 0: never.
ALTER TABLE sefaz_cursors ADD COLUMN proven_until INTEGER NOT NULL DEFAULT 0;
--> statement-breakpoint
-- As blocked_until, for this company alone: a block that was reported when no answer was awaited.
ALTER TABLE sefaz_cursors ADD COLUMN own_block_until INTEGER NOT NULL DEFAULT 0;
