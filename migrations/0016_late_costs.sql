-- Costs of a note that come after it (a freight bill). The value goes to the stock by movements of the type VALOR.
CREATE TABLE late_costs (
  company INTEGER NOT NULL,
  access_key TEXT NOT NULL,
  -- The posting of its movements; its id on the wire.
  posting TEXT NOT NULL,
  -- 1/10²; below 0: a rebate.
  amount_e2 INTEGER NOT NULL CHECK (amount_e2 <> 0 AND amount_e2 BETWEEN -9007199254740991 AND 9007199254740991),
  reason TEXT NOT NULL,
  -- What proves it: the access key of a CT-e, or another text; NULL: not given.
  document TEXT,
  happened_at INTEGER NOT NULL,
  written_at INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  -- The posting that took it back: its own, or that of its note.
  undone_by TEXT,
  PRIMARY KEY (company, access_key, posting)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX late_costs_once ON late_costs (company, access_key, document) WHERE document IS NOT NULL AND undone_by IS NULL;
--> statement-breakpoint
-- The late costs about a movement, and what took a late cost back.
CREATE INDEX movements_of_late_costs ON movements (company, undoes) WHERE quantity_e4 = 0;
