-- Few at any time: events whose note has not come, for the report of what is missing.
CREATE INDEX nfe_events_waiting ON nfe_events (company, received_at, registration) WHERE effect = 'waiting' AND withdrawn_at IS NULL;
--> statement-breakpoint
-- Late costs: the ledger as it was known at an instant holds those that were written by then. Rows of goods are not in it.
CREATE INDEX movements_late_costs ON movements (company, created_at) WHERE quantity_e4 = 0;
