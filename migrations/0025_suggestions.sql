-- cEANTrib where it is another than cEAN: the barcode of what is inside the box.
ALTER TABLE note_items ADD COLUMN tax_barcode TEXT;
--> statement-breakpoint
-- What a supplier's item may be: products by NCM (those by barcode have their index), and items that had the same GTIN.
CREATE INDEX products_by_ncm ON products (company, ncm) WHERE ncm IS NOT NULL;
--> statement-breakpoint
CREATE INDEX supplier_items_by_gtin ON supplier_items (company, seen_barcode) WHERE seen_barcode IS NOT NULL;
