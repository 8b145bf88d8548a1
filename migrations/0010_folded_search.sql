-- Searches ask for no case and no accents: `search` is the name, a tab, the code and the barcode, folded as src/lib/fold.ts
-- folds; its order is that of the names. Made in the code on every insert; here once, by replacing the letters of Latin-1. What
-- has characters beyond Latin-1 stays empty until maintenance folds it.
ALTER TABLE products ADD COLUMN search TEXT NOT NULL DEFAULT '';
--> statement-breakpoint
UPDATE products SET search = replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(name || char(9) || code || ' ' || coalesce(barcode, ''), char(160), ' '), '¨', ' '), 'ª', 'a'), '¯', ' '), '²', '2'), '³', '3'), '´', ' '), 'µ', 'μ'), '¸', ' '), '¹', '1'), 'º', 'o'), '¼', '1/4'), '½', '1/2'), '¾', '3/4'), 'À', 'a'), 'Á', 'a'), 'Â', 'a'), 'Ã', 'a'), 'Ä', 'a'), 'Å', 'a');
--> statement-breakpoint
UPDATE products SET search = replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(search, 'Æ', 'ae'), 'Ç', 'c'), 'È', 'e'), 'É', 'e'), 'Ê', 'e'), 'Ë', 'e'), 'Ì', 'i'), 'Í', 'i'), 'Î', 'i'), 'Ï', 'i'), 'Ð', 'ð'), 'Ñ', 'n'), 'Ò', 'o'), 'Ó', 'o'), 'Ô', 'o'), 'Õ', 'o'), 'Ö', 'o'), 'Ø', 'o'), 'Ù', 'u'), 'Ú', 'u');
--> statement-breakpoint
UPDATE products SET search = replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(search, 'Û', 'u'), 'Ü', 'u'), 'Ý', 'y'), 'Þ', 'þ'), 'ß', 'ss'), 'à', 'a'), 'á', 'a'), 'â', 'a'), 'ã', 'a'), 'ä', 'a'), 'å', 'a'), 'æ', 'ae'), 'ç', 'c'), 'è', 'e'), 'é', 'e'), 'ê', 'e'), 'ë', 'e'), 'ì', 'i'), 'í', 'i'), 'î', 'i');
--> statement-breakpoint
UPDATE products SET search = lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(search, 'ï', 'i'), 'ñ', 'n'), 'ò', 'o'), 'ó', 'o'), 'ô', 'o'), 'õ', 'o'), 'ö', 'o'), 'ø', 'o'), 'ù', 'u'), 'ú', 'u'), 'û', 'u'), 'ü', 'u'), 'ý', 'y'), 'ÿ', 'y'), char(768), ''), char(769), ''), char(770), ''), char(771), ''), char(776), ''), char(807), ''));
--> statement-breakpoint
UPDATE products SET search = '' WHERE search GLOB '*[^' || char(9) || ' -~¡-ÿ]*';
--> statement-breakpoint
-- In place of products_by_name: a search walks it in the order of the names, and reads no row that does not match.
CREATE INDEX products_search ON products (company, search, code) WHERE active = 1;
--> statement-breakpoint
DROP INDEX products_by_name;
--> statement-breakpoint
-- Every name that a supplier has had on a note, folded, a tab, and its CNPJ or CPF: few where notes are many.
CREATE TABLE parties (
  company INTEGER NOT NULL,
  supplier TEXT NOT NULL,
  folded TEXT NOT NULL,
  PRIMARY KEY (company, supplier, folded)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
WITH n (company, supplier, name) AS (SELECT DISTINCT company, supplier_id, supplier_name FROM notes),
  f1 AS (SELECT company, supplier, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, char(160), ' '), '¨', ' '), 'ª', 'a'), '¯', ' '), '²', '2'), '³', '3'), '´', ' '), 'µ', 'μ'), '¸', ' '), '¹', '1'), 'º', 'o'), '¼', '1/4'), '½', '1/2'), '¾', '3/4'), 'À', 'a'), 'Á', 'a'), 'Â', 'a'), 'Ã', 'a'), 'Ä', 'a'), 'Å', 'a') AS name FROM n),
  f2 AS (SELECT company, supplier, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, 'Æ', 'ae'), 'Ç', 'c'), 'È', 'e'), 'É', 'e'), 'Ê', 'e'), 'Ë', 'e'), 'Ì', 'i'), 'Í', 'i'), 'Î', 'i'), 'Ï', 'i'), 'Ð', 'ð'), 'Ñ', 'n'), 'Ò', 'o'), 'Ó', 'o'), 'Ô', 'o'), 'Õ', 'o'), 'Ö', 'o'), 'Ø', 'o'), 'Ù', 'u'), 'Ú', 'u') AS name FROM f1),
  f3 AS (SELECT company, supplier, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, 'Û', 'u'), 'Ü', 'u'), 'Ý', 'y'), 'Þ', 'þ'), 'ß', 'ss'), 'à', 'a'), 'á', 'a'), 'â', 'a'), 'ã', 'a'), 'ä', 'a'), 'å', 'a'), 'æ', 'ae'), 'ç', 'c'), 'è', 'e'), 'é', 'e'), 'ê', 'e'), 'ë', 'e'), 'ì', 'i'), 'í', 'i'), 'î', 'i') AS name FROM f2),
  f4 AS (SELECT company, supplier, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(name, 'ï', 'i'), 'ñ', 'n'), 'ò', 'o'), 'ó', 'o'), 'ô', 'o'), 'õ', 'o'), 'ö', 'o'), 'ø', 'o'), 'ù', 'u'), 'ú', 'u'), 'û', 'u'), 'ü', 'u'), 'ý', 'y'), 'ÿ', 'y'), char(768), ''), char(769), ''), char(770), ''), char(771), ''), char(776), ''), char(807), '') AS name FROM f3)
INSERT INTO parties (company, supplier, folded)
SELECT company, supplier, lower(name) || char(9) || lower(supplier) FROM f4 WHERE true ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE INDEX notes_by_number ON notes (company, number);
