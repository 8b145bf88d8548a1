-- What is here of each lot and expiry, and which movement brought or took it (src/stock/lots/ has the rules). Only movements of
-- products with lots have rows. Σ of a lot's rows is its balance; Σ of a product's lots is at most its balance.
CREATE TABLE lot_balances (
  company INTEGER NOT NULL,
  product TEXT NOT NULL,
  -- As the supplier writes it, without blanks around it.
  lot TEXT NOT NULL,
  -- YYYY-MM-DD; 'never', which sorts after every day: none is given.
  expires_on TEXT NOT NULL,
  quantity_e4 INTEGER NOT NULL CHECK (quantity_e4 BETWEEN 0 AND 9007199254740991),
  -- The threshold in days that the feed has an event of, the last one; 999: none yet.
  warned_days INTEGER NOT NULL DEFAULT 999,
  PRIMARY KEY (company, product, lot, expires_on)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX lots_by_expiry ON lot_balances (company, expires_on, product, lot) WHERE quantity_e4 > 0;
--> statement-breakpoint
CREATE TABLE lot_movements (
  company INTEGER NOT NULL,
  product TEXT NOT NULL,
  movement INTEGER NOT NULL,
  lot TEXT NOT NULL,
  expires_on TEXT NOT NULL,
  -- Signed as the movement's: what the lot has more or less by it.
  quantity_e4 INTEGER NOT NULL CHECK (quantity_e4 <> 0 AND quantity_e4 BETWEEN -9007199254740991 AND 9007199254740991),
  PRIMARY KEY (company, product, movement, lot, expires_on)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- Recall: where a lot came from and went to.
CREATE INDEX lot_movements_by_lot ON lot_movements (company, lot, product, movement, expires_on, quantity_e4);
--> statement-breakpoint
CREATE TRIGGER lot_movements_are_never_updated BEFORE UPDATE ON lot_movements
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
CREATE TRIGGER lot_movements_are_never_deleted BEFORE DELETE ON lot_movements
BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END;
--> statement-breakpoint
-- The balances follow whoever writes.
CREATE TRIGGER lots_enter AFTER INSERT ON lot_movements WHEN new.quantity_e4 > 0
BEGIN
  INSERT INTO lot_balances (company, product, lot, expires_on, quantity_e4)
  VALUES (new.company, new.product, new.lot, new.expires_on, new.quantity_e4)
  ON CONFLICT DO UPDATE SET quantity_e4 = quantity_e4 + excluded.quantity_e4;
END;
--> statement-breakpoint
CREATE TRIGGER lots_leave AFTER INSERT ON lot_movements WHEN new.quantity_e4 < 0
BEGIN
  UPDATE lot_balances SET quantity_e4 = quantity_e4 + new.quantity_e4
  WHERE company = new.company AND product = new.product AND lot = new.lot AND expires_on = new.expires_on;
END;
--> statement-breakpoint
-- What was written before: entries fill their lot.
INSERT INTO lot_movements (company, product, movement, lot, expires_on, quantity_e4)
SELECT company, product, id, trim(lot), coalesce(expires_on, 'never'), quantity_e4
FROM movements WHERE quantity_e4 > 0 AND trim(lot) <> '';
--> statement-breakpoint
-- Exits that name a lot take from it, in the order of writing, as much as it has.
INSERT INTO lot_movements (company, product, movement, lot, expires_on, quantity_e4)
SELECT m.company, m.product, m.id, m.lot, m.expires_on, -min(m.quantity_e4, b.quantity_e4 - m.before)
FROM (
  SELECT company, product, id, lot, expires_on, quantity_e4, sum(quantity_e4)
    OVER (PARTITION BY company, product, lot, expires_on ORDER BY id) - quantity_e4 AS before
  FROM (
    SELECT company, product, id, trim(lot) AS lot, coalesce(expires_on, 'never') AS expires_on, -quantity_e4 AS quantity_e4
    FROM movements WHERE quantity_e4 < 0 AND trim(lot) <> '')
) AS m
JOIN lot_balances b ON b.company = m.company AND b.product = m.product AND b.lot = m.lot AND b.expires_on = m.expires_on
WHERE m.before < b.quantity_e4;
--> statement-breakpoint
-- Which lot the other exits took was not recorded. Lots beyond the balance are counted as gone: what expires first, with the
-- latest exits, those that were taken back last.
INSERT INTO lot_movements (company, product, movement, lot, expires_on, quantity_e4)
WITH gone AS MATERIALIZED (
  SELECT l.company, l.product, sum(l.quantity_e4) - max(0, coalesce(b.quantity_e4, 0)) AS quantity_e4
  FROM lot_balances l LEFT JOIN balances b ON b.company = l.company AND b.product = l.product
  GROUP BY l.company, l.product
  HAVING sum(l.quantity_e4) > max(0, coalesce(b.quantity_e4, 0))
),
exits AS (
  SELECT company, product, id, undone, -m.quantity_e4 + coalesce((SELECT sum(t.quantity_e4) FROM lot_movements t
    WHERE t.company = m.company AND t.product = m.product AND t.movement = m.id), 0) AS quantity_e4
  FROM (
    SELECT m.company, m.product, m.id, m.quantity_e4, EXISTS (SELECT 1 FROM movements r
      WHERE r.company = m.company AND r.undoes = m.id AND r.quantity_e4 <> 0) AS undone
    FROM gone g CROSS JOIN movements m ON m.company = g.company AND m.product = g.product AND m.quantity_e4 < 0) AS m
),
need AS (
  SELECT company, product, id, quantity_e4, sum(quantity_e4)
    OVER (PARTITION BY company, product ORDER BY undone, id DESC) - quantity_e4 AS before
  FROM exits WHERE quantity_e4 > 0
),
slot AS (
  SELECT company, product, lot, expires_on, quantity_e4, sum(quantity_e4)
    OVER (PARTITION BY company, product ORDER BY expires_on, lot) - quantity_e4 AS before
  FROM lot_balances WHERE quantity_e4 > 0
)
SELECT s.company, s.product, n.id, s.lot, s.expires_on,
  max(n.before, s.before) - min(g.quantity_e4, n.before + n.quantity_e4, s.before + s.quantity_e4)
FROM gone g
CROSS JOIN need n ON n.company = g.company AND n.product = g.product
CROSS JOIN slot s ON s.company = g.company AND s.product = g.product
WHERE max(n.before, s.before) < min(g.quantity_e4, n.before + n.quantity_e4, s.before + s.quantity_e4);
