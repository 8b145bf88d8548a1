-- What a company is reported by itself. 0: not at all.
ALTER TABLE companies ADD COLUMN cost_rise_percent INTEGER NOT NULL DEFAULT 30 CHECK (cost_rise_percent BETWEEN 0 AND 1000);
--> statement-breakpoint
ALTER TABLE companies ADD COLUMN held_days INTEGER NOT NULL DEFAULT 7 CHECK (held_days BETWEEN 0 AND 365);
--> statement-breakpoint
-- The feed has reported that the note is held for long: once.
ALTER TABLE notes ADD COLUMN held_reported INTEGER NOT NULL DEFAULT 0 CHECK (held_reported IN (0, 1));
--> statement-breakpoint
CREATE INDEX notes_held ON notes (company, held_reported, received_at) WHERE status = 'PENDENTE' AND holds <> '[]';
--> statement-breakpoint
-- Since when visits of the mailbox fail, of what, and whether the feed has reported it; NULL: the last visit was good.
ALTER TABLE mail_settings ADD COLUMN failing_since INTEGER;
--> statement-breakpoint
ALTER TABLE mail_settings ADD COLUMN failing_reported INTEGER NOT NULL DEFAULT 0 CHECK (failing_reported IN (0, 1));
--> statement-breakpoint
CREATE INDEX events_of_risen_costs ON events (company, at) WHERE type = 'product.cost_rose';
