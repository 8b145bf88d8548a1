-- To whom a note that the company has issued goes: a recall asks it. NULL: a supplier's note, or one of before this column.
ALTER TABLE notes ADD COLUMN recipient_id TEXT;
--> statement-breakpoint
ALTER TABLE notes ADD COLUMN recipient_name TEXT;
