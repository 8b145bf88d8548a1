-- Stock-taking (docs/adr/0021-a-count-and-the-order-of-writing.md).
CREATE TABLE stock_counts (
  company INTEGER NOT NULL REFERENCES companies (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  note TEXT,
  scope TEXT NOT NULL CHECK (scope IN ('all', 'category', 'location', 'products')),
  category_id INTEGER,
  location TEXT,
  state TEXT NOT NULL CHECK (state IN ('open', 'closing', 'closed', 'cancelled')),
  -- The last movement that was written before it was opened: no line is placed before it.
  after_id INTEGER NOT NULL,
  -- Lines that were written, also those that were undone: the number of the last one.
  lines INTEGER NOT NULL DEFAULT 0,
  opened_by INTEGER,
  opened_at INTEGER NOT NULL,
  -- Who closed or cancelled it, why, and what becomes of products that were not counted.
  ended_by INTEGER,
  ended_at INTEGER,
  reason TEXT,
  missing TEXT CHECK (missing IN ('keep', 'zero')),
  -- The last batch of its close, and the product code up to which the close has come.
  slice TEXT,
  place TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (company, id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX stock_counts_open ON stock_counts (company, state) WHERE state IN ('open', 'closing');
--> statement-breakpoint
-- The products of a count whose scope is a list.
CREATE TABLE count_products (
  company INTEGER NOT NULL,
  count TEXT NOT NULL,
  product TEXT NOT NULL,
  PRIMARY KEY (company, count, product)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- What a device has sent at once: the same key is written once.
CREATE TABLE count_requests (
  company INTEGER NOT NULL,
  count TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  first_line INTEGER NOT NULL,
  size INTEGER NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (company, count, key)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE count_lines (
  company INTEGER NOT NULL,
  count TEXT NOT NULL,
  line INTEGER NOT NULL,
  -- NULL: kept aside, until a product is assigned.
  product TEXT,
  given_code TEXT,
  given_barcode TEXT,
  -- Why it was kept aside when it was written; NULL: it was not.
  aside TEXT CHECK (aside IN ('unknown', 'ambiguous', 'outside')),
  quantity_e4 INTEGER NOT NULL CHECK (quantity_e4 BETWEEN 0 AND 9007199254740991),
  lot TEXT,
  device TEXT NOT NULL,
  note TEXT,
  user_id INTEGER,
  -- When it was counted and when it was written, ms UTC, and the last movement of that moment in the order of writing.
  counted_at INTEGER NOT NULL,
  written_at INTEGER NOT NULL,
  after_id INTEGER NOT NULL,
  assigned_by INTEGER,
  assigned_at INTEGER,
  undone_by INTEGER,
  undone_at INTEGER,
  PRIMARY KEY (company, count, line)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX count_lines_by_product ON count_lines (company, count, product, quantity_e4, after_id, counted_at)
  WHERE product IS NOT NULL AND undone_at IS NULL;
--> statement-breakpoint
CREATE INDEX count_lines_aside ON count_lines (company, count, line) WHERE product IS NULL AND undone_at IS NULL;
--> statement-breakpoint
CREATE TRIGGER count_lines_keep_what_was_counted BEFORE UPDATE OF count, line, quantity_e4, counted_at, after_id ON count_lines
BEGIN SELECT RAISE(ABORT, 'what was counted stays'); END;
--> statement-breakpoint
CREATE TRIGGER count_lines_are_never_deleted BEFORE DELETE ON count_lines
BEGIN SELECT RAISE(ABORT, 'count lines are append-only'); END;
--> statement-breakpoint
-- The moment that the last closed count of the product has settled, and the last movement before it.
ALTER TABLE balances ADD COLUMN counted_at INTEGER;
--> statement-breakpoint
ALTER TABLE balances ADD COLUMN counted_id INTEGER;
--> statement-breakpoint
CREATE INDEX products_by_barcode ON products (company, barcode) WHERE barcode IS NOT NULL AND barcode <> '';
