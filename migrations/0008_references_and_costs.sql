-- What a note refers to, by its head or item by item: [{ "key", "n_item", "original" }]. NULL: nothing, or kept before this was.
ALTER TABLE notes ADD COLUMN referenced TEXT CHECK (json_valid(referenced));
--> statement-breakpoint
-- 0: the item's goods come back, and its value is the price at which they were sold, never a cost.
ALTER TABLE note_items ADD COLUMN brings_cost INTEGER NOT NULL DEFAULT 1 CHECK (brings_cost IN (0, 1));
