-- Products as people keep them: how often one was edited, and the categories that they hang on.
ALTER TABLE products ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--> statement-breakpoint
CREATE TABLE categories (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  company INTEGER NOT NULL REFERENCES companies (id),
  name TEXT NOT NULL CHECK (name <> ''),
  -- The name as src/lib/fold.ts writes it: two names that look alike are one.
  folded TEXT NOT NULL,
  parent_id INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX categories_by_name ON categories (company, folded);
--> statement-breakpoint
CREATE INDEX categories_by_parent ON categories (company, parent_id) WHERE parent_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX products_by_category ON products (company, category_id) WHERE category_id IS NOT NULL;
