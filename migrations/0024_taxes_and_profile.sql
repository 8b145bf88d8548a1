-- How the company is taxed (src/accounts/tax-profile.ts). NULL: not given, no tax is recoverable. The version rises with each change.
ALTER TABLE companies ADD COLUMN tax_profile TEXT CHECK (json_valid(tax_profile));
--> statement-breakpoint
ALTER TABLE companies ADD COLUMN tax_profile_version INTEGER NOT NULL DEFAULT 0;
--> statement-breakpoint
-- The version of the profile that the note's costs were computed with.
ALTER TABLE notes ADD COLUMN tax_profile INTEGER NOT NULL DEFAULT 0;
--> statement-breakpoint
-- The taxes of the item (src/ingest/cost/stored-taxes.ts). NULL: kept before this was, until the note is judged again.
ALTER TABLE note_items ADD COLUMN taxes TEXT CHECK (json_valid(taxes));
--> statement-breakpoint
-- The parts of its cost and what became of its taxes (src/ingest/cost/stored-cost.ts). NULL: vProd alone, and no profile.
ALTER TABLE note_items ADD COLUMN cost TEXT CHECK (json_valid(cost));
--> statement-breakpoint
ALTER TABLE note_items ADD COLUMN destination TEXT CHECK (destination IN ('resale', 'input', 'use', 'asset'));
