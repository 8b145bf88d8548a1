-- How often the ledger has moved a product: the version of the cache tag `product:<code>`. No row: never.
ALTER TABLE balances ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--> statement-breakpoint
-- What the ledger did in each quarter of an hour, UTC (created_at / 900000): the days of every time zone are made of whole ones.
-- Kept in the batch of the movements, as the balances are. A sum stops at 2^53 - 1, so that no chart refuses a note.
CREATE TABLE ledger_spans (
  company INTEGER NOT NULL,
  span INTEGER NOT NULL,
  -- Postings that brought something in: a note once, a movement by hand once.
  entries INTEGER NOT NULL,
  -- Not signed; costs are those that the movements tell.
  entered_e4 INTEGER NOT NULL,
  entered_e2 INTEGER NOT NULL,
  left_e4 INTEGER NOT NULL,
  left_e2 INTEGER NOT NULL,
  -- How many movements: of notes (origin NFE) and of all else, in and out.
  notes_in INTEGER NOT NULL,
  notes_out INTEGER NOT NULL,
  others_in INTEGER NOT NULL,
  others_out INTEGER NOT NULL,
  PRIMARY KEY (company, span)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO ledger_spans (company, span, entries, entered_e4, entered_e2, left_e4, left_e2,
  notes_in, notes_out, others_in, others_out)
SELECT
  company,
  created_at / 900000,
  count(DISTINCT CASE WHEN quantity_e4 > 0 THEN posting END),
  min(CAST(total(max(quantity_e4, 0)) AS INTEGER), 9007199254740991),
  min(CAST(total(CASE WHEN quantity_e4 > 0 THEN cost_e2 END) AS INTEGER), 9007199254740991),
  min(CAST(total(max(-quantity_e4, 0)) AS INTEGER), 9007199254740991),
  min(CAST(total(CASE WHEN quantity_e4 < 0 THEN -cost_e2 END) AS INTEGER), 9007199254740991),
  count(*) FILTER (WHERE origin = 'NFE' AND quantity_e4 > 0),
  count(*) FILTER (WHERE origin = 'NFE' AND quantity_e4 < 0),
  count(*) FILTER (WHERE origin <> 'NFE' AND quantity_e4 > 0),
  count(*) FILTER (WHERE origin <> 'NFE' AND quantity_e4 < 0)
FROM movements
GROUP BY 1, 2;
--> statement-breakpoint
-- The few among the many, newest first: exits, and what no note has made.
CREATE INDEX movements_leaving ON movements (company, created_at) WHERE type = 'SAIDA';
--> statement-breakpoint
CREATE INDEX movements_by_origin ON movements (company, origin, created_at, type) WHERE origin <> 'NFE';
