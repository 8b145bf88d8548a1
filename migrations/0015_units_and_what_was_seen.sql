-- Spellings of units in which a company differs from the built-in table: {"spelling": "unit"}.
ALTER TABLE companies ADD COLUMN units TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(units));
--> statement-breakpoint
-- The unit as it was written where the mapping was learnt: a change of the company's spellings finds the item's unit again.
ALTER TABLE supplier_items ADD COLUMN spelling TEXT;
--> statement-breakpoint
-- What the last note in stock said of the item; NULL: nothing.
ALTER TABLE supplier_items ADD COLUMN seen_barcode TEXT;
--> statement-breakpoint
ALTER TABLE supplier_items ADD COLUMN seen_ncm TEXT;
