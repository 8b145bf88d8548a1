-- The last cost that a note has told of a product, in the row that the note changes anyway: what stands here counts, NULL is the one
-- of `products`. costed_at: when (ms UTC).
ALTER TABLE balances ADD COLUMN last_cost_e2 INTEGER;
--> statement-breakpoint
ALTER TABLE balances ADD COLUMN last_cost_quantity_e4 INTEGER CHECK (last_cost_quantity_e4 > 0);
--> statement-breakpoint
ALTER TABLE balances ADD COLUMN costed_at INTEGER;
